-- Sets the value of KEYS[1] to ARGV[1] for ARGV[2] milliseconds, if ARGV[3] is there now: without
-- it, if nothing is.
if redis.call('GET', KEYS[1]) ~= (ARGV[3] or false) then
    return 0
end
if ARGV[2] == '0' then
    redis.call('DEL', KEYS[1])
else
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
