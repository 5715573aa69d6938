// Whether a value fits a schema of the API documents.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace parley::transport::testing {

/// Empty when `value` fits the component of that name; else what does not fit, and where.
[[nodiscard]] std::string misfit(std::string_view component, const boost::json::value& value);

/// The same for a schema of its own that refers to the components.
[[nodiscard]] std::string misfit(const boost::json::object& schema, const boost::json::value& value);

}  // namespace parley::transport::testing
