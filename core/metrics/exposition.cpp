// Text in the Prometheus exposition format: escaping, numbers, histograms.
#include "metrics/exposition.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace parley::metrics {
namespace {

std::string_view name_of(kind of) {
    switch (of) {
        case kind::counter:
            return "counter";
        case kind::gauge:
            return "gauge";
        case kind::histogram:
            return "histogram";
    }
    return "untyped";
}

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

enum class quoting : std::uint8_t { help = 1, value };

void append_escaped(std::string& to, std::string_view text, quoting how) {
    for (const char c : text) {
        if (c == '\\') {
            to += "\\\\";
        } else if (c == '\n') {
            to += "\\n";
        } else if (c == '"' && how == quoting::value) {
            to += "\\\"";
        } else {
            to += c;
        }
    }
}

}  // namespace

void exposition::family(kind of, std::string_view name, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} ", name);
    append_escaped(text_, help, quoting::help);
    text_ += fmt::format("\n# TYPE {} {}\n", name, name_of(of));
}

void exposition::histogram(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum,
                           labels with) {
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        so_far += counts[i];
        const auto bound = i < bounds.size() ? number(bounds[i]) : std::string("+Inf");
        std::vector<label> all(with.begin(), with.end());
        all.emplace_back("le", bound);
        add("_bucket", all, so_far);
    }
    add("_sum", with, sum);
    add("_count", with, so_far);
}

void exposition::add(std::string_view suffix, labels with, std::int64_t value) {
    add_text(suffix, with, fmt::format_int(value).c_str());
}

void exposition::add(std::string_view suffix, labels with, std::uint64_t value) {
    add_text(suffix, with, fmt::format_int(value).c_str());
}

void exposition::add(std::string_view suffix, labels with, double value) { add_text(suffix, with, number(value)); }

void exposition::add_text(std::string_view suffix, labels with, std::string_view value) {
    text_ += name_;
    text_ += suffix;
    char before = '{';
    for (const auto& [name, content] : with) {
        text_ += before;
        text_ += name;
        text_ += "=\"";
        append_escaped(text_, content, quoting::value);
        text_ += '"';
        before = ',';
    }
    if (!with.empty()) text_ += '}';
    text_ += ' ';
    text_ += value;
    text_ += '\n';
}

}  // namespace parley::metrics
