// A schema as bytes: what lies in the schema section behind layout::SchemaHeader. Little-endian, no padding but what is
// named here.
//
//   u32 codec version (1)      u32 number of nodes
//   then every node in pre-order: a node, its children's subtrees in order, its dictionary's subtree. A node is
//     i64 flags                 as ArrowSchema.flags: 1 ordered dictionary, 2 nullable, 4 sorted map keys
//     u32 number of children
//     u32 1 if a dictionary follows the children, else 0
//     u32 length of the format string     u32 length of the name
//     u32 length of the metadata          u32 0
//     format, name, metadata    one behind the other without terminators, then zeros up to a multiple of 8 bytes
//
// Format strings are those of the Arrow C Data interface, and so is the metadata: i32 number of pairs, then for each pair
// i32 length, key, i32 length, value. A length of 0 means no metadata. The first node is the batch's struct ("+s").
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "arrow/schema.hpp"

namespace qads::arrow {

std::vector<std::byte> encode_schema(const std::vector<SchemaNode>& nodes);

// Everything but the nodes' rules. The bytes are untrusted: throws kCorrupt.
std::vector<SchemaNode> decode_schema(std::span<const std::byte> bytes);

// Bytes that this metadata takes, or -1 if it is malformed or needs more than `available`.
std::int64_t metadata_bytes(const char* metadata, std::size_t available);

}  // namespace qads::arrow
