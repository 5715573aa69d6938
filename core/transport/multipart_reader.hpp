// multipart/form-data (RFC 7578) as it arrives, in constant memory and without any I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace parley::transport {

/// What a client says of one part; nothing of it is to be believed.
struct part_head {
    std::string field;     ///< the form's field
    std::string name;      ///< of the file; bytes as they came
    std::string type;      ///< Content-Type; empty when there is none
    bool is_file = false;  ///< has a file name
};

/// Who takes the parts. An error ends the reading and is what feed() gives.
class part_taker {
public:
    virtual ~part_taker() = default;
    [[nodiscard]] virtual result<void> begin(part_head) = 0;
    [[nodiscard]] virtual result<void> data(std::string_view) = 0;
    [[nodiscard]] virtual result<void> end() = 0;
};

class multipart_reader {
public:
    multipart_reader(std::string_view boundary, part_taker& to);

    /// Takes the next bytes of the body. multipart_malformed for what is none, multipart_head_too_large.
    [[nodiscard]] result<void> feed(std::string_view bytes);
    /// The body has ended: multipart_incomplete when the last boundary has not been there.
    [[nodiscard]] result<void> finish() const;

    /// The boundary that a Content-Type names; nothing when it is no multipart/form-data with a good one.
    [[nodiscard]] static std::optional<std::string> boundary_in(std::string_view content_type);

private:
    enum class state : unsigned char { first = 1, delimiter, head, body, over };

    [[nodiscard]] result<bool> step();
    [[nodiscard]] result<bool> read_first();
    [[nodiscard]] result<bool> read_delimiter();
    [[nodiscard]] result<bool> read_head();
    [[nodiscard]] result<bool> read_body();

    const std::string between_;  // CRLF and the delimiter
    part_taker& to_;
    std::string left_;  // what is not understood yet
    std::size_t at_ = 0;
    state state_ = state::first;
};

}  // namespace parley::transport
