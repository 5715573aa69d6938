// A file of another plugin, opened where it must lie and nowhere else.
#pragma once

#include <parley/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace virus_scan {

namespace sdk = parley::sdk;

/// Closes it in the end.
class descriptor {
public:
    explicit descriptor(int of) : of_(of) {}
    ~descriptor();
    descriptor(descriptor&& from) noexcept : of_(std::exchange(from.of_, -1)) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    [[nodiscard]] int get() const { return of_; }

private:
    int of_;
};

struct opened_file {
    descriptor file;
    std::int64_t bytes = 0;
};

/// Only plain files below `folder`, over no link.
[[nodiscard]] sdk::result<opened_file> open_beneath(const std::filesystem::path& folder, const std::string& path);

/// Every program but libclamav looks for a ZIP's entries at its end; without one there is no saying what is in it.
[[nodiscard]] bool is_zip_without_end(std::string_view bytes);
/// The same of a file, of which only both ends are read.
[[nodiscard]] bool is_zip_without_end(const opened_file&);

/// Whether a ZIP's directory says of an entry that it has more bytes than `most`, or does not say how many it has. What
/// is no ZIP has none.
[[nodiscard]] bool has_longer_entry(const opened_file&, std::int64_t most);

[[nodiscard]] std::string words_of(int error);

}  // namespace virus_scan
