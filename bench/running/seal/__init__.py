"""The seal: the walls round a worker, from what it needs to a verdict on what stood.

In the harness ``blueprint`` says what a method's workers read. Their server makes ``Walls`` of it
once; each worker, forked and still of one thread, puts them up round itself and learns by trying
what they hold.
"""
