// Memory for a part of a segment's file, before anybody writes there: a full tmpfs is an error here instead of a SIGBUS.
#pragma once

#include <cstdint>
#include <string>

#include "os/file.hpp"

namespace qads::segment {

// Header, sync, schema: small parts, by fallocate. kNoSpace names path, bytes wanted, bytes free and what to do.
void reserve_part(int fd, const std::string& who, const char* part, std::uint64_t offset, std::uint64_t size);

}  // namespace qads::segment
