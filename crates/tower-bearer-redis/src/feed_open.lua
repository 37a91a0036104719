-- KEYS[1] is the sorted set of all entries, each with the time at which it ends, in milliseconds;
-- KEYS[2] is the stream of those that came last. In the set, the one that ends never is the epoch,
-- and not an entry: a random text, by which a feed that was lost is told from the one that
-- came after it. The stream begins with an empty entry, so that every position is that of one.

-- The epoch. Where there is none, or the stream is gone, it begins with `fresh`.
local function open(fresh)
    local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
    local epoch = last[2] == 'inf' and last[1]
    if epoch and redis.call('EXISTS', KEYS[2]) == 1 then
        return epoch
    end
    if epoch then
        redis.call('ZREM', KEYS[1], epoch)
    end
    redis.call('DEL', KEYS[2])
    redis.call('ZADD', KEYS[1], 'inf', fresh)
    redis.call('XADD', KEYS[2], '*', 'e', '')
    return fresh
end

-- Now, in milliseconds.
local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end
