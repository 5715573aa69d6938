// Thumbnails and rows, held against attachments' files and each other, and mended either way.
#pragma once

#include <parley/storage.hpp>

#include "making.hpp"

namespace gallery {

struct verify_request {
    std::optional<bool> repair;
};
BOOST_DESCRIBE_STRUCT(verify_request, (), (repair))

struct verified {
    std::int64_t items = 0;
    std::int64_t thumbnails = 0;
    std::int64_t without_file = 0;      ///< rows whose file is gone
    std::int64_t without_pictures = 0;  ///< rows whose thumbnails are not on the disk as they should be
    std::int64_t orphans = 0;           ///< files on the disk that no row knows
    std::int64_t unknown = 0;           ///< files that are ready and have no row
    bool repaired = false;
};
BOOST_DESCRIBE_STRUCT(verified, (), (items, thumbnails, without_file, without_pictures, orphans, unknown, repaired))

class tidier {
public:
    explicit tidier(maker& by) : by_(by) {}
    [[nodiscard]] sdk::task<verified> verify(sdk::call, verify_request) const;

private:
    struct found;
    [[nodiscard]] sdk::task<> compare_rows(sdk::call, found&) const;
    [[nodiscard]] sdk::task<> compare_files(sdk::call, found&) const;
    [[nodiscard]] sdk::task<> repair(sdk::call, found) const;

    maker& by_;
};

}  // namespace gallery
