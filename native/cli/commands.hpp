// The commands, each in a file of its name.
#pragma once

#include "command.hpp"

namespace qads::cli {

extern const Command kLs;
extern const Command kStat;
extern const Command kWatch;
extern const Command kTail;
extern const Command kRm;
extern const Command kGc;
extern const Command kDoctor;
extern const Command kCompletion;

}  // namespace qads::cli
