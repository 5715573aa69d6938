// What the operator wants of a tenant, as it came over HTTP.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "transport/http_message.hpp"

namespace parley::server {

/// One tenant, and what is to be said of it.
struct tenant_wish {
    std::string name;
    boost::json::object settings;  ///< hosts, display_name, enabled; their values as they came
    std::string administrator;     ///< the username of the first one; empty: none was given
    std::string administrator_name;
    bool dry_run = false;
    boost::json::array ignored;  ///< members that nobody knows
};

/// `name` is that in the address; nothing: the body has it. Errors (invalid): name_invalid, field_type, and those
/// of JSON.
[[nodiscard]] result<tenant_wish> read_tenant_wish(const transport::http_request&,
                                                   std::optional<std::string_view> name);

/// Whether the first administrator can be made as it stands. Errors (invalid), with the field below administrator.
[[nodiscard]] result<void> check_administrator(const tenant_wish&);

}  // namespace parley::server
