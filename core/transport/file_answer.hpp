// A file as the answer to a request: ranges, tags, and what a browser may do with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/beneath.hpp"
#include "base/work_pool.hpp"
#include "transport/http_message.hpp"

namespace parley::transport {

/// What is sent, and as what.
struct sent_file {
    std::string name;           ///< for who keeps it; empty: none is told
    std::string type;           ///< Content-Type; empty: application/octet-stream
    bool is_attachment = true;  ///< to be kept and not to be shown
    std::string etag;           ///< without quotes; empty: made of the file's size and its time
    std::string cache;          ///< Cache-Control; empty: private, asked for again each time
    bool is_sandboxed = true;   ///< nothing in it may run, whatever the browser takes it for
};

/// What is asked of a file, copied out of a request.
struct file_question {
    std::string range;
    std::string if_range;
    std::string if_none_match;
    [[nodiscard]] static file_question of(const http_request&);
};

/// The answer to it: 200, 206, 304 or 416, with these headers besides. Reads of the body are jobs of `disk`, which
/// outlives it. Takes a look at the file, and so may wait for the disk.
[[nodiscard]] result<http_response> answer_with_file(open_file, const sent_file&, const file_question&,
                                                     std::vector<http_header> headers, work_pool& disk);

/// `attachment; filename="…"; filename*=UTF-8''…` (RFC 6266): nothing in a name can end the header or the quotes.
[[nodiscard]] std::string disposition_of(const sent_file&);

/// The one range of a file of `size` bytes that is asked for (RFC 9110, 14): nothing when it is to be sent whole, also
/// for several ranges and for what is no range; an empty one when no byte of the file is in it.
struct byte_range {
    std::uint64_t from = 0;
    std::uint64_t bytes = 0;
};
[[nodiscard]] std::optional<byte_range> range_of(std::string_view asked, std::uint64_t size);

}  // namespace parley::transport
