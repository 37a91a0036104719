-- ARGV: an epoch, an entry of the stream, and how many to give of those behind it. Gives each with
-- its place; nothing at all if the epoch is another, or that entry is not there: it fell off, or
-- was lost with others that came before it.
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[1] ~= ARGV[1] or last[2] ~= 'inf' then
    return false
end
if #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then
    return false
end
local news = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '(' .. ARGV[2], '+', 'COUNT', ARGV[3])) do
    table.insert(news, entry[1])
    table.insert(news, entry[2][2])
end
return news
