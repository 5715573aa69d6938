// Reads the members of a JSON object one by one and remembers everything that is wrong.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/manifest.hpp"

namespace parley::plugins {

/// What a text must look like.
using text_rule = bool (*)(std::string_view);

class member_reader {
public:
    /// `path` is put before each problem: "hooks[1]"; empty for the outermost.
    member_reader(const boost::json::object& from, std::string path, problems& to)
        : from_(from), path_(std::move(path)), to_(to) {}

    /// Each answers something empty after a problem.
    [[nodiscard]] std::string text(std::string_view name, std::size_t most);
    [[nodiscard]] std::string optional_text(std::string_view name, std::size_t most);
    [[nodiscard]] bool yes(std::string_view name, bool otherwise);
    [[nodiscard]] std::int64_t whole(std::string_view name, std::int64_t least, std::int64_t most,
                                     std::int64_t otherwise);
    [[nodiscard]] boost::json::object object(std::string_view name);
    [[nodiscard]] boost::json::array array(std::string_view name, std::size_t most = 256);
    /// Each once, each of `rule`, which `shape` says in words.
    [[nodiscard]] std::vector<std::string> names(std::string_view name, text_rule rule, std::string_view shape);
    /// One of `words`; `otherwise` when it is absent, a problem when that is empty.
    [[nodiscard]] std::string word(std::string_view name, std::vector<std::string_view> words,
                                   std::string_view otherwise = {});

    /// Says which members nobody asked for.
    void finish();

    void problem(std::string_view member, std::string_view sentence);
    [[nodiscard]] std::string path_of(std::string_view member) const;
    [[nodiscard]] problems& all() { return to_; }

private:
    [[nodiscard]] const boost::json::value* find(std::string_view name);

    const boost::json::object& from_;
    std::string path_;
    problems& to_;
    std::set<std::string, std::less<>> asked_;
};

}  // namespace parley::plugins
