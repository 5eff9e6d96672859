// What the kernel refused, in words: every failed call of os/ becomes one Error whose code follows from errno.
#pragma once

#include <string>

#include "base/error.hpp"

namespace qads::os {

// what: "cannot open /dev/shm/qads_ticks". Adds errno's text and number and, where one is known, the way out.
Error system_error(const std::string& what, int error);

}  // namespace qads::os
