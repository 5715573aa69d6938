// Rows for people or for programs: widths in characters as people see them.
#include "server/table.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <ostream>
#include <utility>

#include "base/text.hpp"

namespace parley::server {
namespace {

void print_row(std::ostream& to, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += cells[i];
        line.append(widths[i] + 2 - std::min(count_graphemes(cells[i]), widths[i]), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    to << line << '\n';
}

}  // namespace

void table::add(std::vector<std::string> row) {
    boost::json::object as_json;
    for (std::size_t i = 0; i < columns_.size(); ++i) as_json[columns_[i]] = row[i];
    add(std::move(row), std::move(as_json));
}

void table::add(std::vector<std::string> row, boost::json::object as_json) {
    lines_.push_back({std::move(row), std::move(as_json)});
}

void table::print(const command_context& to) const {
    if (to.lists == listing::table) return print_aligned(to.out);
    boost::json::array all;
    for (const auto& one : lines_) all.push_back(one.as_json);
    to.print_json(all);
}

void table::print_aligned(std::ostream& to) const {
    std::vector<std::vector<std::string>> rows{columns_};
    for (const auto& one : lines_) {
        auto& cells = rows.emplace_back();
        for (const auto& cell : one.cells) cells.push_back(escape_controls(cell));
    }
    std::vector<std::size_t> widths(columns_.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], count_graphemes(row[i]));
    for (const auto& row : rows) print_row(to, row, widths);
}

}  // namespace parley::server
