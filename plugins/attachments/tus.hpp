// Resumable uploads, as tus 1.0 has them: creation, creation-with-upload, expiration, termination.
#pragma once

#include <parley/storage.hpp>

#include "entities.hpp"
#include "house.hpp"
#include "receiving.hpp"
#include "uploads.hpp"

namespace attachments {

struct only_where {
    sdk::id conversation;
};
BOOST_DESCRIBE_STRUCT(only_where, (), (conversation))

struct creation {
    sdk::id conversation;
    std::optional<sdk::text<16>> tus_resumable;
    std::optional<sdk::whole<0, 1'099'511'627'776>> upload_length;
    std::optional<sdk::text<4096>> upload_metadata;
};
BOOST_DESCRIBE_STRUCT(creation, (), (conversation, tus_resumable, upload_length, upload_metadata))

struct continuation {
    sdk::id conversation;
    sdk::id upload;
    std::optional<sdk::text<16>> tus_resumable;
    std::optional<sdk::whole<0, 1'099'511'627'776>> upload_offset;
};
BOOST_DESCRIBE_STRUCT(continuation, (), (conversation, upload, tus_resumable, upload_offset))

class tus {
public:
    tus(house& in, receiving& to) : in_(in), to_(to) {}

    /// What it speaks, and how large a file may be.
    [[nodiscard]] sdk::task<sdk::reply> options(sdk::call) const;
    [[nodiscard]] sdk::task<sdk::opening> create(sdk::call, creation, sdk::offered_body);
    [[nodiscard]] sdk::task<sdk::reply> created(sdk::call, creation, sdk::received);
    [[nodiscard]] sdk::task<sdk::opening> append(sdk::call, continuation, sdk::offered_body);
    [[nodiscard]] sdk::task<sdk::reply> appended(sdk::call, continuation, sdk::received);
    [[nodiscard]] sdk::task<sdk::reply> state(sdk::call, continuation);
    [[nodiscard]] sdk::task<sdk::reply> cancel(sdk::call, continuation);

private:
    /// The caller's own upload here, which has not expired; otherwise not_found.
    [[nodiscard]] sdk::task<upload_row> require(sdk::call, continuation) const;
    [[nodiscard]] sdk::task<std::int64_t> offset_of(upload_row) const;
    /// Makes a file of it when all of it is there; the headers that say how far it is.
    [[nodiscard]] sdk::task<sdk::reply> answer(sdk::call, upload_row, std::int64_t status);

    house& in_;
    receiving& to_;
};

}  // namespace attachments
