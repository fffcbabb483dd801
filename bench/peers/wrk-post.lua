-- wrk sends one and the same POST: the first order of the input. BODY_FILE names the file that holds it.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local file = assert(io.open(os.getenv("BODY_FILE"), "rb"))
wrk.body = file:read("*a")
file:close()
