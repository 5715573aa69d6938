// The shapes of everything the server says, each written once, for both API documents. What present() makes of a value
// must fit them exactly; a test holds the two together.
#pragma once

#include <span>
#include <string_view>

namespace parley::transport {

/// A schema in the short form of schema_text.hpp.
struct named_schema {
    std::string_view name;
    std::string_view text;
};

/// The components: what operations answer with, and the parts of that.
[[nodiscard]] std::span<const named_schema> api_schemas();

/// The `data` of each type of event in the log, by the type's name.
[[nodiscard]] std::span<const named_schema> event_data_schemas();

/// The frames that the server sends besides log events and answers, whole, by their `type`.
[[nodiscard]] std::span<const named_schema> frame_schemas();

}  // namespace parley::transport
