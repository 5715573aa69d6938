// What libclamav says is taken with suspicion: what it did not read whole is never clean.
#include "libclamav.hpp"

#include <clamav.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <string_view>
#include <system_error>
#include <vector>

#include "opened_file.hpp"

namespace virus_scan {
namespace {

namespace fs = std::filesystem;

/// What a scan saw on its way; libclamav hands it to the callbacks.
struct sight {
    std::size_t most_bytes = 0;
    bool trimmed = false;  ///< only the beginning of something was looked at
    bool damaged = false;  ///< an archive has no end
};

/// Called with every file that is unpacked. libclamav cuts off what is over its limit, and does not always say so.
cl_error_t look(int, const char*, const char**, std::size_t, const char*, std::size_t size, const char* bytes,
                std::uint32_t level, std::uint32_t, void* context) {
    auto& seen = *static_cast<sight*>(context);
    if (level > 0 && size >= seen.most_bytes) seen.trimmed = true;
    if (bytes != nullptr && is_zip_without_end({bytes, size})) seen.damaged = true;
    return CL_CLEAN;
}

/// Called with every entry of an archive, as the archive describes it.
cl_error_t look_at_entry(const char*, unsigned long, const char*, unsigned long size, int, unsigned int,
                         void* context) {
    auto& seen = *static_cast<sight*>(context);
    if (size > seen.most_bytes) seen.trimmed = true;
    return CL_CLEAN;
}

/// Once in the process; what libclamav has to say goes nowhere, because it names files.
bool ready_library() {
    static const bool ready = [] {
        cl_set_clcb_msg([](cl_msg, const char*, const char*, void*) {});
        return cl_init(CL_INIT_DEFAULT) == CL_SUCCESS;
    }();
    return ready;
}

void limit(cl_engine* of, const limits& most, const fs::path& scratch) {
    const auto set = [of](cl_engine_field field, std::int64_t to) { cl_engine_set_num(of, field, to); };
    set(CL_ENGINE_MAX_FILESIZE, most.file_bytes);
    set(CL_ENGINE_MAX_SCANSIZE, most.scan_bytes);
    set(CL_ENGINE_MAX_FILES, most.files);
    set(CL_ENGINE_MAX_RECURSION, most.depth);
    set(CL_ENGINE_MAX_SCANTIME, most.seconds * 1000);
    // It would remember as clean what was scanned without looking for passwords.
    set(CL_ENGINE_DISABLE_CACHE, 1);
    cl_engine_set_str(of, CL_ENGINE_TMPDIR, scratch.c_str());
    cl_engine_set_clcb_file_inspection(of, look);
    cl_engine_set_clcb_meta(of, look_at_entry);
}

bool is_signature_file(const fs::directory_entry& one) {
    constexpr std::array<std::string_view, 4> others{".dat", ".tmp", ".log", ".lock"};
    const auto name = one.path().filename().string();
    const auto ends = one.path().extension().string();
    return one.is_regular_file() && !name.starts_with('.') &&
           std::find(others.begin(), others.end(), ends) == others.end();
}

std::uint64_t mix(std::uint64_t into, std::string_view bytes) {
    for (const unsigned char one : bytes) into = (into ^ one) * 0x100000001b3ULL;
    return into;
}

/// Of names and contents.
sdk::result<std::string> fingerprint_of(const fs::path& folder) {
    std::error_code wrong;
    std::vector<fs::path> all;
    for (const auto& one : fs::directory_iterator(folder, wrong))
        if (is_signature_file(one)) all.push_back(one.path());
    if (wrong)
        return sdk::unavailable("signatures_unreadable", "The folder of signatures cannot be read: " + wrong.message());
    std::sort(all.begin(), all.end());
    std::uint64_t sum = 0xcbf29ce484222325ULL;
    for (const auto& one : all) {
        const descriptor file(::open(one.c_str(), O_RDONLY | O_CLOEXEC));
        unsigned size = 0;
        const std::unique_ptr<unsigned char, void (*)(void*)> digest(
            file.get() < 0 ? nullptr : cl_hash_file_fd(file.get(), "sha256", &size), std::free);
        if (digest == nullptr)
            return sdk::unavailable("signatures_unreadable",
                                    "A file of signatures cannot be read: " + one.filename().string());
        sum = mix(mix(sum, one.filename().string()), {reinterpret_cast<const char*>(digest.get()), size});
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[(sum >> shift) & 15];
    return text;
}

/// What libclamav answered, once.
struct answer {
    cl_error_t code = CL_ERROR;
    std::string name;
    sight seen;
};

answer ask(const cl_engine* engine, int file, const limits& most, std::uint32_t heuristics) {
    answer made;
    made.seen.most_bytes = static_cast<std::size_t>(most.file_bytes);
    cl_scan_options how{};
    how.general = CL_SCAN_GENERAL_HEURISTICS;
    how.parse = ~0U;
    how.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX | heuristics;
    const char* name = nullptr;
    unsigned long scanned = 0;
    made.code = cl_scandesc_callback(file, nullptr, &name, &scanned, engine, &how, &made.seen);
    if (name != nullptr) made.name = name;
    return made;
}

sdk::result<finding> finding_of(const answer& said) {
    constexpr std::string_view over = "Heuristics.Limits.Exceeded";
    if (said.code == CL_VIRUS) {
        if (said.name.empty() || said.name.starts_with(over))
            return finding{outcome::limited, said.name.empty() ? std::string(over) : said.name};
        if (!said.name.starts_with("Heuristics.Encrypted.")) return finding{outcome::infected, said.name};
    }
    if (is_over_a_limit(said.code)) return finding{outcome::limited, cl_strerror(said.code)};
    if (said.code != CL_VIRUS && said.code != CL_CLEAN && said.code != CL_VERIFIED)
        return sdk::unavailable("scan_failed", std::string("The scanner failed: ") + cl_strerror(said.code));
    if (said.seen.trimmed) return finding{outcome::limited, std::string(over) + ".MaxFileSize"};
    if (said.seen.damaged) return finding{outcome::limited, "Damaged.Zip"};
    if (said.code == CL_VIRUS) return finding{outcome::encrypted, said.name};
    return finding{outcome::clean, {}};
}

}  // namespace

bool is_over_a_limit(int code) {
    constexpr std::array all{CL_ETIMEOUT, CL_EMAXREC, CL_EMAXSIZE, CL_EMAXFILES, CL_EFORMAT, CL_EPARSE, CL_EUNPACK};
    return std::find(all.begin(), all.end(), code) != all.end();
}

sdk::result<std::shared_ptr<const engine>> libclamav::load(const fs::path& signatures, const limits& most,
                                                           const fs::path& scratch, const std::atomic<bool>& stopping) {
    if (!ready_library()) return sdk::unavailable("engine_failed", "libclamav cannot be set up.");
    auto print = fingerprint_of(signatures);
    if (!print) return print.error();
    std::shared_ptr<libclamav> made(new libclamav(cl_engine_new(), most));
    if (made->engine_ == nullptr) return sdk::unavailable("engine_failed", "libclamav makes no engine.");
    limit(made->engine_, most, scratch);
    cl_engine_set_clcb_sigload(
        made->engine_,
        [](const char*, const char*, unsigned, void* stops) {
            return static_cast<const std::atomic<bool>*>(stops)->load() ? 1 : 0;  // 1: leaves it out, which is quick
        },
        const_cast<std::atomic<bool>*>(&stopping));
    unsigned count = 0;
    auto code = cl_load(signatures.c_str(), made->engine_, &count, CL_DB_STDOPT);
    if (stopping) return sdk::unavailable("stopping", "The server is stopping.");
    if (code == CL_SUCCESS && count > 0) code = cl_engine_compile(made->engine_);
    if (code != CL_SUCCESS)
        return sdk::unavailable("signatures_unusable",
                                std::string("The signatures cannot be loaded: ") + cl_strerror(code));
    if (count == 0) return sdk::unavailable("signatures_missing", "There are no signatures.");
    made->signatures_ = count;
    made->version_ = std::to_string(cl_engine_get_num(made->engine_, CL_ENGINE_DB_VERSION, nullptr)) + "-" + *print;
    return std::shared_ptr<const engine>(std::move(made));
}

libclamav::~libclamav() {
    if (engine_ != nullptr) cl_engine_free(engine_);
}

sdk::result<finding> libclamav::scan(const fs::path& folder, const std::string& path) const {
    const auto opened = open_beneath(folder, path);
    if (!opened) return opened.error();
    const int file = opened->file.get();
    if (opened->bytes > most_.file_bytes) return finding{outcome::limited, "Heuristics.Limits.Exceeded.MaxFileSize"};
    constexpr std::uint32_t passwords = CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE | CL_SCAN_HEURISTIC_ENCRYPTED_DOC;
    auto found = finding_of(ask(engine_, file, most_, passwords));
    if (!found || found->is != outcome::encrypted) return found;
    // Only one thing is said of a file: what else is there to say when passwords are no matter?
    const auto beside = finding_of(ask(engine_, file, most_, 0));
    return !beside || beside->is != outcome::clean ? beside : found;
}

}  // namespace virus_scan
