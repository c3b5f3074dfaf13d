# Answers each line with it, in awk. (mawk reads in blocks, and needs -W interactive.)
length($0) > 1000 { print "error: a line is at most 1000 bytes"; fflush(); next }
{ print "awk: " $0; fflush() } # A pipe is not flushed at each line by itself.
