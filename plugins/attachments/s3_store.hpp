// Blobs in a bucket of an S3-compatible store.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <parley/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "settings.hpp"
#include "sigv4.hpp"

namespace attachments {

/// Where the bucket is and who asks.
struct s3_place {
    std::string endpoint;  ///< "https://s3.example.org", without a path
    std::string bucket;
    std::string prefix;  ///< before every key; empty or with a slash at its end
    bool path_style = true;
    s3_identity who;
    std::int64_t part_bytes = std::int64_t{64} * 1024 * 1024;  ///< what is longer is sent in parts of this length

    [[nodiscard]] static s3_place of(const settings&);
    /// Whether the operator has named one.
    [[nodiscard]] bool is_set() const { return !endpoint.empty() && !bucket.empty(); }
};

/// A value; every call is a connection of its own, follows no redirect, and gives up when nothing moves for a minute.
/// No blob_store: every file comes to the disk first, and objects are never changed. Errors: unavailable
/// "storage_failed"; the log says more, and never the secret. Any thread; all of it waits for the network.
class s3_store {
public:
    /// `files` is the plugin's own folder.
    s3_store(s3_place where, std::filesystem::path files) : at_(std::move(where)), files_(std::move(files)) {}

    /// Sends a file of the own folder; the store compares the checksum of what came. Over part_bytes in parts; what an
    /// attempt that was broken off left of them is ended first.
    [[nodiscard]] sdk::result<void> put(const std::string& file, const std::string& blob, std::int64_t bytes) const;
    /// Into a file of the own folder, whose folder is made; gives the checksum of what came.
    [[nodiscard]] sdk::result<std::string> get(const std::string& blob, const std::string& file) const;
    /// Well also when there is none.
    [[nodiscard]] sdk::result<void> remove(const std::string& blob) const;
    /// None: it is not there.
    [[nodiscard]] sdk::result<std::optional<std::int64_t>> size_of(const std::string& blob) const;
    /// In hexadecimal; reads it through.
    [[nodiscard]] sdk::result<std::string> sha256_of(const std::string& blob) const;

    struct listed {
        std::int64_t bytes = 0;
        std::int64_t changed = 0;  ///< milliseconds since 1970
    };
    /// Everything below a folder, by blob.
    [[nodiscard]] sdk::result<std::map<std::string, listed>> list(const std::string& folder) const;

    /// Uploads in parts that were not ended: {blob, id}.
    struct unfinished {
        std::string blob;
        std::string id;
    };
    [[nodiscard]] sdk::result<std::vector<unfinished>> list_unfinished(const std::string& folder) const;
    [[nodiscard]] sdk::result<void> end(const unfinished&) const;

    /// Where anybody gets it for that long; what it is called and said to be is part of what is signed.
    struct shown_as {
        std::string disposition{};
        std::string type{};
        std::string method = "GET";  ///< or HEAD: an address is good for one of them
    };
    [[nodiscard]] std::string address_of(const std::string& blob, const shown_as&, std::int64_t seconds) const;

private:
    struct exchange;
    [[nodiscard]] sdk::result<void> ask(exchange&) const;
    [[nodiscard]] sdk::result<void> put_in_parts(const std::string& file, const std::string& blob,
                                                 std::int64_t bytes) const;
    [[nodiscard]] std::string key_path(const std::string& blob) const;
    [[nodiscard]] std::string bucket_path() const;
    [[nodiscard]] std::string host() const;

    s3_place at_;
    std::filesystem::path files_;
};

/// The texts of all elements of this name in a store's answer, entities decoded. What is no XML gives none.
[[nodiscard]] std::vector<std::string> elements_of(std::string_view xml, std::string_view name);

/// Content-Disposition with a name that any client reads.
[[nodiscard]] std::string disposition_of(bool attachment, const std::string& name);

}  // namespace attachments
