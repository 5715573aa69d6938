// How commands speak to whoever typed them.
#include "server/command.hpp"

#include <fmt/format.h>

#include <ostream>

#include "base/json.hpp"
#include "base/text.hpp"

namespace parley::server {

void command_context::print_json(const boost::json::value& what) const {
    const auto text = to_text(what);
    std::string safe;
    for (std::string_view rest = text; !rest.empty();) {
        const auto before = rest;
        const auto c = take_code_point(rest);
        // What is unsafe lies in the first plane, and outside of texts JSON has nothing of it.
        if (is_unsafe_to_print(c))
            safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            safe += before.substr(0, before.size() - rest.size());
    }
    out << safe << '\n';
}

outcome command_context::fail(const error& why) const {
    hint(why.message);
    return outcome::failed;
}

outcome command_context::misuse(std::string_view sentence) const {
    hint(sentence);
    return outcome::unusable;
}

void command_context::hint(std::string_view sentence) const { err << "parley: " << escape_controls(sentence) << '\n'; }

}  // namespace parley::server
