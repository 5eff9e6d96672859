// This process and its user.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qads::os {

std::int64_t process_id() noexcept;
std::uint32_t user_id() noexcept;  // effective
bool in_group(std::uint32_t group);
std::uint64_t page_size() noexcept;
void random_bytes(void* to, std::size_t size);

}  // namespace qads::os
