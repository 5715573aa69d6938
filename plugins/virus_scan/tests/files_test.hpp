// A folder that goes away with the test, and archives made in memory.
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace virus_scan::testing {

class folder {
public:
    folder() {
        auto name = (std::filesystem::temp_directory_path() / "parley-scan-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
        at_ = name;
    }
    ~folder() {
        std::error_code ignored;
        std::filesystem::remove_all(at_, ignored);
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    [[nodiscard]] const std::filesystem::path& at() const { return at_; }
    /// Beside the folder, then in its place: who looks at the folder sees one change, and never half of it.
    void write(const std::string& name, std::string_view bytes) const {
        const auto half = at_.string() + ".half";
        std::ofstream(half, std::ios::binary) << bytes;
        std::filesystem::rename(half, at_ / name);
    }

private:
    std::filesystem::path at_;
};

/// EICAR's test file, in two halves: whole it would be taken away from a developer's machine.
inline std::string eicar() {
    return std::string("X5O!P%@AP[4\\PZX54(P^)7CC)7}$") + "EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";
}

/// What parley.ndb has a signature of.
inline std::string made_up() { return std::string("parley made-up ") + "malware for tests"; }

struct entry {
    std::string name;
    std::string bytes;
    bool encrypted = false;  ///< says so, and its bytes are taken as they are
};

namespace detail {

inline void put(std::string& to, std::uint32_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>((number >> (8 * i)) & 0xff);
}

inline std::string deflated(const std::string& bytes) {
    z_stream with{};
    if (deflateInit2(&with, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib");
    std::string made(deflateBound(&with, bytes.size()), '\0');
    with.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    with.avail_in = static_cast<uInt>(bytes.size());
    with.next_out = reinterpret_cast<Bytef*>(made.data());
    with.avail_out = static_cast<uInt>(made.size());
    deflate(&with, Z_FINISH);
    made.resize(with.total_out);
    deflateEnd(&with);
    return made;
}

}  // namespace detail

/// A ZIP archive with deflated entries.
inline std::string zip(const std::vector<entry>& all) {
    using detail::put;
    std::string made;
    std::string directory;
    for (const auto& one : all) {
        const auto packed = one.encrypted ? one.bytes : detail::deflated(one.bytes);
        const auto* plain = reinterpret_cast<const Bytef*>(one.bytes.data());
        std::string same;  // in both headers
        put(same, 20, 2);
        put(same, one.encrypted ? 1 : 0, 2);
        put(same, one.encrypted ? 0 : 8, 2);
        put(same, 0, 4);
        put(same, static_cast<std::uint32_t>(crc32(0, plain, static_cast<uInt>(one.bytes.size()))), 4);
        put(same, static_cast<std::uint32_t>(packed.size()), 4);
        put(same, static_cast<std::uint32_t>(one.bytes.size()), 4);
        put(same, static_cast<std::uint32_t>(one.name.size()), 2);
        put(same, 0, 2);
        const auto at = static_cast<std::uint32_t>(made.size());
        made += "PK\3\4" + same + one.name + packed;
        directory += "PK\1\2";
        put(directory, 20, 2);
        directory += same;
        put(directory, 0, 2);
        put(directory, 0, 4);
        put(directory, 0, 4);
        put(directory, at, 4);
        directory += one.name;
    }
    const auto start = static_cast<std::uint32_t>(made.size());
    made += directory + "PK\5\6";
    put(made, 0, 4);
    put(made, static_cast<std::uint32_t>(all.size()), 2);
    put(made, static_cast<std::uint32_t>(all.size()), 2);
    put(made, static_cast<std::uint32_t>(directory.size()), 4);
    put(made, start, 4);
    put(made, 0, 2);
    return made;
}

}  // namespace virus_scan::testing
