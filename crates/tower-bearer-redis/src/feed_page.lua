-- ARGV: how many entries to leave out, and how many to give. They are ordered by their end, the
-- last first: what leaves meanwhile leaves at the other end, and moves no other.
local alive = redis.call('ZCOUNT', KEYS[1], '(' .. now(), '(inf')
-- Before them stands the epoch.
local first = ARGV[1] + 1
return redis.call('ZRANGE', KEYS[1], first, math.min(alive, ARGV[1] + ARGV[2]), 'REV')
