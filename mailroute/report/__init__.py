"""What a rehearsal has to tell a person, a pull request and the next tool.

`build` makes one frozen `Report` of a rehearsal; each output format is a pure function of it, in a
module of its own.
"""
