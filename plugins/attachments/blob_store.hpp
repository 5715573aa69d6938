// Where files are kept: the seam between the plugin and its store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <parley/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "attachments/contract.hpp"

namespace attachments {

/// Paths are relative, of our own making, and never a name that a client gave. Any thread; all of it may wait for a
/// disk. Errors: unavailable "storage_failed".
class blob_store {
public:
    virtual ~blob_store() = default;

    /// Takes in what a transfer has put under `incoming`; when it returns the blob is there for good, and `incoming` is
    /// gone. A blob that is there already, and no `incoming`, is what an interrupted call left: that is well, too.
    [[nodiscard]] virtual sdk::result<void> take(const std::string& incoming, const std::string& blob) = 0;
    /// Makes another blob of one, there for good when it returns, and gives its size; what lies there already is
    /// replaced. Also error: invalid "edits_invalid".
    [[nodiscard]] virtual sdk::result<std::int64_t> edit(const std::string& blob, const std::string& to,
                                                         const std::vector<file_edit>& edits) = 0;
    /// Well also when there is none.
    [[nodiscard]] virtual sdk::result<void> remove(const std::string& blob) = 0;
    [[nodiscard]] virtual std::optional<std::int64_t> size_of(const std::string& blob) const = 0;
    /// In hexadecimal.
    [[nodiscard]] virtual sdk::result<std::string> sha256_of(const std::string& blob) const = 0;
    /// Every blob below a folder, and when it was last changed (milliseconds since 1970).
    virtual void each(const std::string& folder,
                      const std::function<void(const std::string& blob, std::int64_t changed)>&) const = 0;
    /// How many bytes it can still take.
    [[nodiscard]] virtual std::int64_t free_bytes() const = 0;
};

}  // namespace attachments
