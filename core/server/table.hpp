// Rows for people or for programs, safe to print whatever they hold.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "server/command.hpp"

namespace parley::server {

/// Collects rows of texts and prints them with aligned columns, or as a JSON array of objects.
class table {
public:
    /// One word a column; also the members' names in JSON.
    explicit table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

    /// One text a column. As JSON a row may have members of its own types instead.
    void add(std::vector<std::string> row);
    void add(std::vector<std::string> row, boost::json::object as_json);

    void print(const command_context& to) const;

private:
    struct line {
        std::vector<std::string> cells;
        boost::json::object as_json;
    };
    void print_aligned(std::ostream& to) const;

    std::vector<std::string> columns_;
    std::vector<line> lines_;
};

}  // namespace parley::server
