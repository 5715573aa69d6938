// Where files are kept for good: brought to the store once every gate has passed them, and back, and served from there.
#pragma once

#include <parley/storage.hpp>

#include "house.hpp"
#include "messages.hpp"
#include "rows.hpp"
#include "s3_store.hpp"

namespace attachments {

struct move_request {
    storage_place to = storage_place::local;
};
BOOST_DESCRIBE_STRUCT(move_request, (), (to))

/// What one stretch of moving did; whoever asked asks again until it is done.
struct moved_files {
    std::int64_t moved = 0;
    std::int64_t bytes = 0;
    std::int64_t left = 0;       ///< that are still to be moved
    std::int64_t unchecked = 0;  ///< that stay on the disk until every gate has passed them, or for good
    bool done = false;
};
BOOST_DESCRIBE_STRUCT(moved_files, (), (moved, bytes, left, unchecked, done))

/// The file's content on the disk: where it is kept there, otherwise a copy that is brought and stays for a while.
/// Errors: unavailable "storage_failed".
[[nodiscard]] sdk::task<std::string> local_path(sdk::scope, house&, file_row);

/// The tenant's job is called then, once for each `why`, and not only by itself. Milliseconds since 1970.
[[nodiscard]] sdk::task<> call_placing(sdk::scope, std::int64_t at, std::string why);
/// The same at once, where files belong in the bucket.
[[nodiscard]] sdk::task<> wake_placing(sdk::scope);

class placing {
public:
    placing(house& in, messages& with) : in_(in), messages_(with) {}

    /// The job of a tenant: deletes what is doomed in the bucket, until it is gone; brings what is ready there, where
    /// that is set; drops old copies.
    [[nodiscard]] sdk::task<> run(sdk::call);
    /// The operator's command; one stretch of about twenty seconds. Errors: conflict "storage_elsewhere" when the
    /// setting says otherwise, conflict "moving_already", unavailable.
    [[nodiscard]] sdk::task<moved_files> move(sdk::call, move_request);
    [[nodiscard]] sdk::task<fetched_file> fetch(sdk::call, one_file) const;
    /// A reply for content in the bucket; `how` has all but the path.
    [[nodiscard]] sdk::task<sdk::reply> serve(sdk::scope, file_row, sdk::sent_file how, std::string method) const;

private:
    [[nodiscard]] sdk::task<moved_files> stretch(sdk::scope, storage_place to);
    [[nodiscard]] sdk::task<bool> move_one(sdk::scope, sdk::id file, storage_place to);
    [[nodiscard]] sdk::task<> bury_remote(sdk::scope) const;
    [[nodiscard]] sdk::task<> drop_copies(sdk::scope) const;

    house& in_;
    messages& messages_;
};

}  // namespace attachments
