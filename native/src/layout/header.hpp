// The first section of a segment: who made it, and where everything is. Written once before the segment has a name, then
// never again; readers copy it, check the copy and use only that.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace qads::layout {

static_assert(std::endian::native == std::endian::little, "the layout is little-endian");

constexpr std::uint64_t kMagic = 0x3150415753444151;  // the bytes "QADSWAP1"
constexpr std::uint32_t kMajor = 1;                   // another one is refused
constexpr std::uint32_t kMinor = 0;  // a higher one is tolerated: it may only add what older readers can ignore
constexpr std::uint32_t kByteOrderMark = 0x01020304;

constexpr std::uint32_t kMaxReaders = 64;  // bits of a slot's holders mask
constexpr std::uint32_t kMaxSlots = 65535;

constexpr std::uint32_t kOverflowBlock = 0;
constexpr std::uint32_t kOverflowDropOldest = 1;

constexpr std::uint32_t kUntilDrained = 1;
constexpr std::uint32_t kUntilClosed = 2;
constexpr std::uint32_t kKeep = 3;

// Bytes of the file that are locked, never read: the kernel's answer to who is alive. They lie in the header's page, beyond
// its fields.
constexpr std::uint64_t kWriterLockByte = 2048;
constexpr std::uint64_t reader_lock_byte(std::uint32_t entry) { return 2049 + entry; }

struct Header {
  std::uint64_t magic;
  std::uint32_t major;
  std::uint32_t minor;
  std::uint32_t byte_order;
  std::uint32_t page_size;
  std::uint64_t file_size;
  std::uint64_t schema_offset;
  std::uint64_t schema_size;
  std::uint64_t sync_offset;
  std::uint64_t sync_size;
  std::uint64_t data_offset;
  std::uint64_t data_size;
  std::uint32_t slot_count;
  std::uint32_t order_count;  // power of two, >= slot_count
  std::uint32_t reader_capacity;
  std::uint32_t overflow;
  std::uint32_t lifetime;
  std::uint32_t reserved;
  std::uint64_t evict_after_ms;
  std::uint8_t uuid[16];
  std::uint64_t writer_pid;       // for people
  std::uint64_t created_unix_ns;  // for people
  std::uint64_t device;           // st_dev and st_ino: an overlay's second copy of one file is refused by them
  std::uint64_t inode;
  std::uint64_t superseded_unread;  // batches nobody had read in the segment whose name this one took
  std::uint64_t checksum;           // fnv1a64 over all bytes before this one
};

static_assert(std::is_trivially_copyable_v<Header> && std::is_standard_layout_v<Header>);
static_assert(offsetof(Header, magic) == 0);
static_assert(offsetof(Header, major) == 8);
static_assert(offsetof(Header, minor) == 12);
static_assert(offsetof(Header, byte_order) == 16);
static_assert(offsetof(Header, page_size) == 20);
static_assert(offsetof(Header, file_size) == 24);
static_assert(offsetof(Header, schema_offset) == 32);
static_assert(offsetof(Header, schema_size) == 40);
static_assert(offsetof(Header, sync_offset) == 48);
static_assert(offsetof(Header, sync_size) == 56);
static_assert(offsetof(Header, data_offset) == 64);
static_assert(offsetof(Header, data_size) == 72);
static_assert(offsetof(Header, slot_count) == 80);
static_assert(offsetof(Header, order_count) == 84);
static_assert(offsetof(Header, reader_capacity) == 88);
static_assert(offsetof(Header, overflow) == 92);
static_assert(offsetof(Header, lifetime) == 96);
static_assert(offsetof(Header, reserved) == 100);
static_assert(offsetof(Header, evict_after_ms) == 104);
static_assert(offsetof(Header, uuid) == 112);
static_assert(offsetof(Header, writer_pid) == 128);
static_assert(offsetof(Header, created_unix_ns) == 136);
static_assert(offsetof(Header, device) == 144);
static_assert(offsetof(Header, inode) == 152);
static_assert(offsetof(Header, superseded_unread) == 160);
static_assert(offsetof(Header, checksum) == 168);
static_assert(sizeof(Header) == 176);
static_assert(sizeof(Header) <= kWriterLockByte);

// The schema section: this, then `length` bytes written by arrow/schema_codec.
struct SchemaHeader {
  std::uint64_t length;
  std::uint64_t checksum;  // fnv1a64 over those bytes
};

static_assert(offsetof(SchemaHeader, length) == 0);
static_assert(offsetof(SchemaHeader, checksum) == 8);
static_assert(sizeof(SchemaHeader) == 16);

constexpr std::uint64_t fnv1a64(const void* bytes, std::size_t length) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto* at = static_cast<const unsigned char*>(bytes);
  for (std::size_t i = 0; i < length; ++i) hash = (hash ^ at[i]) * 0x100000001b3;
  return hash;
}

}  // namespace qads::layout
