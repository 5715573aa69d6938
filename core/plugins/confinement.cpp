// Limits, capabilities, Landlock, then the filter of system calls: each takes away what the next does not need.
#include "plugins/confinement.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PARLEY_SANITIZED true
#endif
#endif
#ifndef PARLEY_SANITIZED
#define PARLEY_SANITIZED false
#endif

namespace parley::plugins {
namespace {

std::string failed(std::string_view what, int error) {
    return fmt::format("{} could not be set up for its process: {}", what, std::generic_category().message(error));
}

void limit(confined& to, int which, std::uint64_t most, std::string_view name) {
    const rlimit both{.rlim_cur = most, .rlim_max = most};
    if (::setrlimit(static_cast<__rlimit_resource>(which), &both) != 0) to.wrong.push_back(failed(name, errno));
}

/// Also of root: a root without capabilities is bound by limits and permissions of files like anybody. Only where the
/// server is root and may have to reach PostgreSQL's socket in a folder of another user is that one right left, and
/// Landlock keeps it from files.
void drop_capabilities(confined& to, reach sockets) {
    __user_cap_header_struct head{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, 2> own{};
    if (::syscall(SYS_capget, &head, own.data()) != 0)
        return to.wrong.push_back(failed("Having no capabilities", errno));
    const std::uint32_t left = sockets == reach::unix_and_tcp ? own[0].permitted & (1U << CAP_DAC_OVERRIDE) : 0;
    const std::array<__user_cap_data_struct, 2> then{
        {{.effective = left, .permitted = left, .inheritable = 0}, {.effective = 0, .permitted = 0, .inheritable = 0}}};
    if (::syscall(SYS_capset, &head, then.data()) != 0) to.wrong.push_back(failed("Having no capabilities", errno));
}

class ruleset {
public:
    explicit ruleset(long version) {
        handled_ = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // all of the first version
        if (version >= 2) handled_ |= 1ULL << 13;           // refer
        if (version >= 3) handled_ |= 1ULL << 14;           // truncate
        if (version >= 5) handled_ |= 1ULL << 15;           // ioctl on devices
        std::uint64_t attributes[1] = {handled_};
        descriptor_ = static_cast<int>(::syscall(SYS_landlock_create_ruleset, attributes, sizeof attributes, 0));
    }
    ~ruleset() { ::close(descriptor_); }
    ruleset(const ruleset&) = delete;
    ruleset& operator=(const ruleset&) = delete;

    [[nodiscard]] bool made() const { return descriptor_ >= 0; }

    /// Answers an error; what is not there needs no rule.
    int allow(const std::filesystem::path& what, std::uint64_t access) {
        const int opened = ::open(what.c_str(), O_PATH | O_CLOEXEC);
        if (opened < 0) return errno == ENOENT ? 0 : errno;
        struct stat is{};
        ::fstat(opened, &is);
        constexpr std::uint64_t for_files =
            LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | 1ULL << 14;
        if (!S_ISDIR(is.st_mode)) access &= for_files;
        const landlock_path_beneath_attr rule{.allowed_access = access & handled_, .parent_fd = opened};
        const auto added = ::syscall(SYS_landlock_add_rule, descriptor_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        const int error = added == 0 ? 0 : errno;
        ::close(opened);
        return error;
    }
    int enforce() const { return ::syscall(SYS_landlock_restrict_self, descriptor_, 0) == 0 ? 0 : errno; }

private:
    std::uint64_t handled_ = 0;
    int descriptor_ = -1;
};

/// Where libraries and what the C library reads are; nothing with a password in it.
constexpr std::array<std::string_view, 23> system_reads{"/usr/lib",
                                                        "/usr/lib64",
                                                        "/usr/share",
                                                        "/usr/local/lib",
                                                        "/lib",
                                                        "/lib64",
                                                        "/etc/ld.so.cache",
                                                        "/etc/ld.so.preload",
                                                        "/etc/localtime",
                                                        "/etc/resolv.conf",
                                                        "/etc/hosts",
                                                        "/etc/nsswitch.conf",
                                                        "/etc/host.conf",
                                                        "/etc/gai.conf",
                                                        "/etc/services",
                                                        "/etc/passwd",
                                                        "/etc/group",
                                                        "/etc/ssl/certs",
                                                        "/etc/ssl/openssl.cnf",
                                                        "/etc/fonts",
                                                        "/dev/urandom",
                                                        "/dev/zero",
                                                        "/sys/devices/system/cpu"};

void confine_files(confined& to, const confinement& by) {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) {
        to.lacks.emplace_back(
            "This machine's kernel has no Landlock: plugins in processes of their own can open whatever the server's "
            "user can.");
        return;
    }
    constexpr std::uint64_t read =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    constexpr std::uint64_t write = read | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                    LANDLOCK_ACCESS_FS_REMOVE_DIR | 1ULL << 13 | 1ULL << 14;
    ruleset rules(version);
    if (!rules.made()) return to.wrong.push_back(failed("Landlock", errno));
    int error = rules.allow("/dev/null", read | LANDLOCK_ACCESS_FS_WRITE_FILE);
    for (const auto one : system_reads)
        if (error == 0) error = rules.allow(one, read);
    for (const auto& one : by.reads)
        if (error == 0) error = rules.allow(one, read);
    for (const auto& one : by.writes)
        if (error == 0) error = rules.allow(one, write);
    if (error == 0) error = rules.enforce();
    if (error != 0) to.wrong.push_back(failed("Landlock", error));
}

/// Never any plugin's business: other processes, other programs, the machine, ways around this very filter.
constexpr std::array denied{SCMP_SYS(execve),
                            SCMP_SYS(execveat),
                            SCMP_SYS(fork),
                            SCMP_SYS(vfork),
                            SCMP_SYS(ptrace),
                            SCMP_SYS(process_vm_readv),
                            SCMP_SYS(process_vm_writev),
                            SCMP_SYS(kcmp),
                            SCMP_SYS(pidfd_open),
                            SCMP_SYS(pidfd_getfd),
                            SCMP_SYS(pidfd_send_signal),
                            SCMP_SYS(tkill),
                            SCMP_SYS(rt_sigqueueinfo),
                            SCMP_SYS(rt_tgsigqueueinfo),
                            SCMP_SYS(mount),
                            SCMP_SYS(umount2),
                            SCMP_SYS(pivot_root),
                            SCMP_SYS(chroot),
                            SCMP_SYS(fsopen),
                            SCMP_SYS(fsconfig),
                            SCMP_SYS(fsmount),
                            SCMP_SYS(fspick),
                            SCMP_SYS(move_mount),
                            SCMP_SYS(open_tree),
                            SCMP_SYS(mount_setattr),
                            SCMP_SYS(unshare),
                            SCMP_SYS(setns),
                            SCMP_SYS(init_module),
                            SCMP_SYS(finit_module),
                            SCMP_SYS(delete_module),
                            SCMP_SYS(kexec_load),
                            SCMP_SYS(kexec_file_load),
                            SCMP_SYS(reboot),
                            SCMP_SYS(bpf),
                            SCMP_SYS(perf_event_open),
                            SCMP_SYS(userfaultfd),
                            SCMP_SYS(keyctl),
                            SCMP_SYS(add_key),
                            SCMP_SYS(request_key),
                            SCMP_SYS(io_uring_setup),
                            SCMP_SYS(io_uring_enter),
                            SCMP_SYS(io_uring_register),
                            SCMP_SYS(open_by_handle_at),
                            SCMP_SYS(name_to_handle_at),
                            SCMP_SYS(mknod),
                            SCMP_SYS(mknodat),
                            SCMP_SYS(swapon),
                            SCMP_SYS(swapoff),
                            SCMP_SYS(acct),
                            SCMP_SYS(quotactl),
                            SCMP_SYS(syslog),
                            SCMP_SYS(settimeofday),
                            SCMP_SYS(clock_settime),
                            SCMP_SYS(adjtimex),
                            SCMP_SYS(clock_adjtime),
                            SCMP_SYS(sethostname),
                            SCMP_SYS(setdomainname),
                            SCMP_SYS(iopl),
                            SCMP_SYS(ioperm),
                            SCMP_SYS(modify_ldt),
                            SCMP_SYS(personality),
                            SCMP_SYS(fanotify_init),
                            SCMP_SYS(setuid),
                            SCMP_SYS(setgid),
                            SCMP_SYS(setreuid),
                            SCMP_SYS(setregid),
                            SCMP_SYS(setresuid),
                            SCMP_SYS(setresgid),
                            SCMP_SYS(setgroups),
                            SCMP_SYS(setsid),
                            SCMP_SYS(setpgid),
                            SCMP_SYS(bind),
                            SCMP_SYS(listen),
                            SCMP_SYS(accept),
                            SCMP_SYS(accept4)};

class filter {
public:
    filter() : made_(::seccomp_init(SCMP_ACT_ALLOW)) {}
    ~filter() {
        if (made_ != nullptr) ::seccomp_release(made_);
    }
    filter(const filter&) = delete;
    filter& operator=(const filter&) = delete;

    template <class... Compare>
    void deny(int call, Compare... when) {
        add(SCMP_ACT_ERRNO(EPERM), call, when...);
    }
    template <class... Compare>
    void add(std::uint32_t action, int call, Compare... when) {
        const std::array<scmp_arg_cmp, sizeof...(when)> all{when...};
        if (error_ != 0 || made_ == nullptr) return;
        error_ = -::seccomp_rule_add_array(made_, action, call, sizeof...(when), all.data());
        if (error_ == EDOM) error_ = 0;  // no such call on this machine
    }
    /// Answers an error.
    [[nodiscard]] int load() {
        if (made_ == nullptr) return ENOMEM;
        if (error_ != 0) return error_;
        return -::seccomp_load(made_);
    }

private:
    scmp_filter_ctx made_;
    int error_ = 0;
};

scmp_arg_cmp argument(unsigned which, scmp_compare how, scmp_datum_t first, scmp_datum_t second = 0) {
    return {.arg = which, .op = how, .datum_a = first, .datum_b = second};
}

void deny_sockets(filter& to, const confinement& by) {
    if (by.sockets == reach::nothing && by.network == reach::nothing) {
        to.deny(SCMP_SYS(socket));
        to.deny(SCMP_SYS(connect));
        return;
    }
    to.deny(SCMP_SYS(socket), argument(0, SCMP_CMP_GT, AF_INET6));
    for (int domain = 0; domain < AF_INET6; ++domain)
        if (domain != AF_UNIX && domain != AF_INET)
            to.deny(SCMP_SYS(socket), argument(0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(domain)));
    for (const scmp_datum_t domain : {AF_INET, AF_INET6})
        for (const scmp_datum_t type : {SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP, SOCK_PACKET}) {
            // Names of machines are asked for in datagrams.
            if (type == SOCK_DGRAM && by.network == reach::tcp_and_names) continue;
            to.deny(SCMP_SYS(socket), argument(0, SCMP_CMP_EQ, domain), argument(1, SCMP_CMP_MASKED_EQ, 0xf, type));
        }
}

void confine_calls(confined& to, const confinement& by) {
    filter calls;
    for (const int one : denied) calls.deny(one);
    const auto own = static_cast<scmp_datum_t>(::getpid());
    calls.deny(SCMP_SYS(kill), argument(0, SCMP_CMP_NE, own));
    calls.deny(SCMP_SYS(tgkill), argument(0, SCMP_CMP_NE, own));
    // Threads, and nothing else: no process of its own, no name space. What clone3 is asked for cannot be seen from
    // here; told that there is no such call, the C library takes clone.
    calls.deny(SCMP_SYS(clone), argument(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    calls.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
    calls.deny(SCMP_SYS(prctl), argument(0, SCMP_CMP_EQ, PR_SET_PDEATHSIG));
    calls.deny(SCMP_SYS(ioctl), argument(1, SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCSTI));
    deny_sockets(calls, by);
    if (const int error = calls.load(); error != 0) to.wrong.push_back(failed("The filter of system calls", error));
}

}  // namespace

bool limits_memory() { return !PARLEY_SANITIZED; }

confined confine_this_process(const confinement& by) {
    confined made;
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) made.wrong.push_back(failed("Having no new privileges", errno));
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) made.wrong.push_back(failed("Not being dumped", errno));
    limit(made, RLIMIT_CORE, 0, "The limit of core files");
    limit(made, RLIMIT_NOFILE, by.descriptors, "The limit of descriptors");
    if (limits_memory()) limit(made, RLIMIT_AS, by.memory_bytes, "The limit of memory");
    confine_files(made, by);
    drop_capabilities(made, by.sockets);
    if (made.wrong.empty()) confine_calls(made, by);
    return made;
}

}  // namespace parley::plugins
