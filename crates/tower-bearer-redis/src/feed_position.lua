-- ARGV: a fresh epoch. Gives the epoch, and the last entry of the stream.
return { open(ARGV[1]), redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1][1] }
