-- wrk sends one and the same GET.
wrk.method = "GET"
