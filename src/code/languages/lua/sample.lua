local http = require("socket.http")
local json = require "cjson"
require("polyfill")

--- The most tries before giving up.
local MAX_TRIES = 3
VERSION = "1.2.0"

local Client = {}
Client.__index = Client

local M = {
  timeout = 5,
  retry = function(times)
    return times < MAX_TRIES
  end,
}

-- Makes a client for one host.
function Client.new(host)
  local self = setmetatable({}, Client)
  self.host = host
  self.count = 0
  return self
end

function Client:get(path)
  self.count = self.count + 1
  local body, status = http.request(self.host .. path)
  if status ~= 200 then
    error("status " .. status)
  end
  return json.decode(body)
end

Client.close = function(self)
  self.host = nil
end

local function parse_line(line)
  local function trim(text)
    return text:gsub("^%s+", "")
  end
  return trim(line)
end

local on_error = function(message)
  print(message)
end

function M.run(...)
  for _, line in ipairs({ ... }) do
    parse_line(line)
  end
  return Client.new("localhost"):get("/")
end

function main()
  M.run("a", "b")
end

return M
