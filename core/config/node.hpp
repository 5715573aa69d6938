// A value from a configuration together with the place it came from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/problem.hpp"

namespace parley::config {

enum class origin_kind : unsigned char { built_in = 1, file, environment };

/// Where a value was set.
struct origin {
    origin_kind kind = origin_kind::built_in;
    std::shared_ptr<const std::string> name;  ///< the file or the variable; null when built in
    int line = 0;                             ///< from 1, for files only
    int column = 0;

    /// A problem at this place.
    [[nodiscard]] problem fault(std::string path, std::string message) const;
};

enum class node_kind : unsigned char { nothing = 1, boolean, integer, real, text, list, object };

struct member;

/// A tree of values. Objects keep the order in which they were written.
struct node {
    node_kind kind = node_kind::nothing;
    bool flag = false;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;  ///< every scalar as it was written; the value itself for texts
    std::vector<node> items;
    std::vector<member> members;
    origin where;
    std::string secret;  ///< not empty: the value is a secret from here ("file /etc/x"), show this instead

    [[nodiscard]] static node object();
    [[nodiscard]] static node string(std::string value);

    /// The member of this object with that key; null when there is none or this is no object.
    [[nodiscard]] const node* child(std::string_view key) const;

    /// The value at "server.port"; null when there is none.
    [[nodiscard]] const node* find(std::string_view path) const;

    /// Puts a value at "server.port", making the objects on the way and replacing what was there.
    void set(std::string_view path, node value);

    /// Removes the value at a path, if it is there.
    void erase(std::string_view path);

    /// One line as an operator would write it; a secret by its source only.
    [[nodiscard]] std::string shown() const;
};

struct member {
    std::string key;
    origin where;  ///< of the key
    node value;
};

/// What a plain (unquoted) scalar means: true, false, a decimal number, or a text. Nothing else is guessed.
[[nodiscard]] node plain_scalar(std::string text);

/// Objects join member by member; of all else, lists too, the upper one stays.
[[nodiscard]] node merge(node lower, const node& upper);

/// Both parts of "server.port"; the second is empty when there is no dot.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_first(std::string_view path);

}  // namespace parley::config
