-- Every request is a fix of its own: another second, so that none is a duplicate and each is stored.
-- Each of wrk's threads is a device of its own.
local threads = 0

function setup(thread)
    thread:set("client", threads)
    threads = threads + 1
end

local count = 0
local start = 1000000000

function request()
    count = count + 1
    return "GET /?id=bench" .. client .. "&lat=48.137154&lon=11.576124&timestamp=" .. (start + count)
        .. "&speed=26.99&bearing=182.5&altitude=519.0&accuracy=5.0&batt=87.0 HTTP/1.1\r\n"
        .. "Host: 127.0.0.1\r\n\r\n"
end
