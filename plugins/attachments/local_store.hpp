// Blobs in a folder of the local disk.
#pragma once

#include <filesystem>

#include "blob_store.hpp"

namespace attachments {

class local_store final : public blob_store {
public:
    /// The plugin's files folder, in which transfers put what comes, too.
    explicit local_store(std::filesystem::path root) : root_(std::move(root)) {}

    [[nodiscard]] sdk::result<void> take(const std::string& incoming, const std::string& blob) override;
    [[nodiscard]] sdk::result<std::int64_t> edit(const std::string& blob, const std::string& to,
                                                 const std::vector<file_edit>& edits) override;
    [[nodiscard]] sdk::result<void> remove(const std::string& blob) override;
    [[nodiscard]] std::optional<std::int64_t> size_of(const std::string& blob) const override;
    [[nodiscard]] sdk::result<std::string> sha256_of(const std::string& blob) const override;
    void each(const std::string& folder,
              const std::function<void(const std::string& blob, std::int64_t changed)>&) const override;
    [[nodiscard]] std::int64_t free_bytes() const override;

    /// The first bytes of a file, at most `most`.
    [[nodiscard]] std::string beginning_of(const std::string& path, std::size_t most) const;
    /// It was just asked for: it is as if it had changed now.
    void touch(const std::string& path) const;
    /// An empty file, which must not be there yet.
    [[nodiscard]] sdk::result<void> make_empty(const std::string& path) const;

private:
    [[nodiscard]] std::filesystem::path place(const std::string& path) const { return root_ / path; }
    void sync_above(const std::string& blob) const;

    std::filesystem::path root_;
};

}  // namespace attachments
