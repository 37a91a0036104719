-- ARGV: a fresh epoch, how many entries the stream keeps, how many that have ended are removed, and
-- then of each entry its bytes and its time to live in milliseconds.
open(ARGV[1])
local now = now()

local ended = redis.call('ZCOUNT', KEYS[1], '-inf', now)
if ended > 0 then
    redis.call('ZREMRANGEBYRANK', KEYS[1], 0, math.min(ended, tonumber(ARGV[3])) - 1)
end

for at = 4, #ARGV, 2 do
    -- 1 if it is new, or ends later than before. Who loads meanwhile may miss one whose place
    -- changes, so that this is told, too.
    if redis.call('ZADD', KEYS[1], 'GT', 'CH', now + ARGV[at + 1], ARGV[at]) == 1 then
        redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'e', ARGV[at])
    end
end
