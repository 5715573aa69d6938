// A short way to write JSON Schema, so that the table of the wire's shapes can be read by people.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace parley::transport {

/// Makes the whole schema of JSON text in the short form, where
/// - a text in the place of a schema names one: "string", "integer", "boolean", "object" of JSON's own, or a component
///   such as "Message"; "Id?" may be null besides, "[Id]" is a list of them;
/// - an object with "properties" has exactly those, all of them unless "optional" lists them.
/// Everything else stands as JSON Schema has it. Throws on text that is not JSON: that is a fault of the table.
[[nodiscard]] boost::json::value read_schema(std::string_view text);

/// The same of a value that is read already.
[[nodiscard]] boost::json::value whole_schema(const boost::json::value& shortened);

}  // namespace parley::transport
