// The command `qads`: everything it shows comes through qadataswap.h.
#pragma once

#include <ostream>

namespace qads::cli {

// What main does, with its arguments, its standard output and its standard error. Returns the exit status. While it runs,
// `out` bypasses its own buffer (output.hpp). Not to be called by two threads at once (getopt). Text outside of ASCII is
// UTF-8, whatever the locale.
int run(int argc, char** argv, std::ostream& out, std::ostream& err);

}  // namespace qads::cli
