#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/system_error.hpp"

namespace qads::os {
namespace {

struct Untrusted {
  std::uint32_t magic;
  const char* name;
};

// Where a lock, or a shared mapping, may not mean the same to two processes: stacked file systems give one file two
// inodes (two processes both got the writer lock through two paths of an overlay), network and user-space ones may keep
// locks to themselves. Numbers without a name in the headers are from statfs(2) or the file systems' own sources.
constexpr Untrusted kUntrusted[] = {
    {OVERLAYFS_SUPER_MAGIC, "overlayfs"},
    {0x61756673, "aufs"},
    {ECRYPTFS_SUPER_MAGIC, "ecryptfs"},
    {NFS_SUPER_MAGIC, "NFS"},
    {SMB_SUPER_MAGIC, "SMB"},
    {0xfe534d42, "SMB2"},
    {0xff534d42, "CIFS"},
    {0x65735546, "FUSE"},
    {V9FS_MAGIC, "9p"},
    {0x00c36400, "Ceph"},
    {AFS_SUPER_MAGIC, "AFS"},
    {0x6b414653, "AFS"},
    {CODA_SUPER_MAGIC, "Coda"},
    {NCP_SUPER_MAGIC, "NCP"},
    {0x0bd00bd0, "Lustre"},
    {0x01161970, "GFS2"},
    {0x7461636f, "OCFS2"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
    {0x20030528, "OrangeFS"},
    {0x786f4256, "VirtualBox shared folders"},
    {0xbacbacbc, "VMware shared folders"},
};

constexpr std::uint32_t kHugetlbfs = 0x958458f6;

}  // namespace

FileSystem file_system(int fd, const std::string& path) {
  struct statfs found{};
  int result = ::fstatfs(fd, &found);
  while (result != 0 && errno == EINTR) result = ::fstatfs(fd, &found);
  if (result != 0) throw system_error(text("cannot ask for the file system of ", path), errno);
  const auto magic = static_cast<std::uint32_t>(found.f_type);
  const auto block = static_cast<std::uint64_t>(found.f_bsize);
  FileSystem answer{};
  answer.page_size = magic == kHugetlbfs ? block : static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  answer.free_bytes = (user_id() == 0 ? found.f_bfree : found.f_bavail) * block;  // disks keep some for root
  answer.total_bytes = found.f_blocks * block;
  answer.in_memory = magic == TMPFS_MAGIC;
  for (const Untrusted& one : kUntrusted)
    if (one.magic == magic) answer.untrusted = one.name;
  return answer;
}

}  // namespace qads::os
