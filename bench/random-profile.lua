-- wrk … -s bench/random-profile.lua URL -- FIRST LAST [SEED]: profiles of ids from FIRST to LAST. The same SEED asks for the same ones.
function init(args)
  first, last = tonumber(args[1]), tonumber(args[2])
  math.randomseed(tonumber(args[3] or '1'))
end
function request()
  return wrk.format('GET', '/user/profile/' .. math.random(first, last))
end
