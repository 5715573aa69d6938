// Which operation a method and a path mean, and what the path carries.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "transport/operation.hpp"

namespace parley::transport {

struct route_match {
    const operation* found = nullptr;
    boost::json::object carried;            ///< the values of the path's placeholders
    std::vector<std::string_view> allowed;  ///< methods of this path, when the path is known and the method is not
    const operation* other = nullptr;       ///< then an operation of this path
};

/// Paths as they are asked for. Operations outlive it.
class route_table {
public:
    void add(const operation&);

    /// HEAD means GET. `not_found` when no route has this path, or a placeholder's value does not fit.
    [[nodiscard]] result<route_match> find(std::string_view method, std::string_view path) const;

    /// An operation of another path that some path would mean as well; null when there is none.
    [[nodiscard]] const operation* overlapping(std::string_view path) const;

private:
    struct route {
        const operation* what;
        std::vector<std::string_view> path;
    };
    /// By number of segments; literal segments before placeholders, so that /users/me is not the user "me".
    std::unordered_map<std::size_t, std::vector<route>> by_length_;
};

/// The query's parameters as values of the operation's fields; percent-decoded. `invalid` for what cannot be decoded,
/// stands twice or does not fit its field. What is no field is kept as text, so that it can be reported.
[[nodiscard]] result<boost::json::object> read_query(const operation&, std::string_view query);

}  // namespace parley::transport
