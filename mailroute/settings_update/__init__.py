"""Mail settings of a running App Runner service that no stack of ours manages: set, and put back.

`settings` says what they are, `service` where App Runner keeps them, `journal` how far an update is.
`app_runner` is the edge to AWS, `journal_file` that to the disk; `updater` brings a service to what a journal
says, and `runs` is what the command does with a journal.
"""
