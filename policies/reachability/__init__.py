"""The proof that a workload's packets reach its mail server, over a graph of planned resources.

No engine and no network here: the command line, the policy pack and the tests share this package.
"""
