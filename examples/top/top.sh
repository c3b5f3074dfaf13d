#!/bin/sh
# top(1), a program for terminals, on the console of websockd: each client has one of its own.

exec top -d 2
