// Files in a folder, and nowhere else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace parley {

/// An open file; closed when it goes away.
class open_file {
public:
    open_file() = default;
    explicit open_file(int descriptor) : descriptor_(descriptor) {}
    open_file(open_file&& from) noexcept : descriptor_(std::exchange(from.descriptor_, -1)) {}
    open_file& operator=(open_file&& from) noexcept {
        std::swap(descriptor_, from.descriptor_);
        return *this;
    }
    ~open_file();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    explicit operator bool() const { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

/// Names that come from elsewhere, looked up in a folder of ours: no "..", nothing absolute, no symbolic link on the
/// way, so that they lead nowhere else whatever they are. All of it may wait for the disk. Any thread.
class beneath {
public:
    explicit beneath(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// An ordinary file. not_found for everything else.
    [[nodiscard]] result<open_file> read(std::string_view name) const;
    /// A new file, readable by its owner alone; the folder it is in is made where it is missing. `conflict` with the
    /// code file_exists when there is one; disk_full, file_unwritable.
    [[nodiscard]] result<open_file> create(std::string_view name) const;
    /// To write on at the end of a file that is `at` bytes long, or new when that is 0. `conflict` with the code
    /// offset_conflict when it is of another length; else as create().
    [[nodiscard]] result<open_file> append(std::string_view name, std::uint64_t at) const;
    /// Nothing when there is none.
    void remove(std::string_view name) const;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

private:
    [[nodiscard]] result<open_file> open(std::string_view name, int flags) const;

    std::filesystem::path folder_;
};

/// Everything, at the file's end: disk_full, file_unwritable.
[[nodiscard]] result<void> write_all(const open_file&, std::string_view bytes);
/// Once it has returned well, the bytes are on the disk.
[[nodiscard]] result<void> sync(const open_file&);
[[nodiscard]] result<std::uint64_t> size_of(const open_file&);

}  // namespace parley
