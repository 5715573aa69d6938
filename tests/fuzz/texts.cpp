// Small texts of strangers: names of files, headers of tus, cookies, forwarded addresses, names of people, lines of
// logs.
#include "attachments/names.hpp"
#include "attachments/tus_text.hpp"
#include "base/text.hpp"
#include "fuzz/fuzz.hpp"
#include "transport/browser_session.hpp"
#include "transport/client_origin.hpp"

namespace parley::fuzz {
namespace {

void file_name(std::string_view text) {
    const auto name = attachments::clean_name(text);
    expect(!name.empty() && name.size() <= 255 && is_utf8(name), "a name is a short text:", name);
    expect(name.find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos, "a name is no path:", name);
    expect(name.front() != '.' && name.front() != '-', "a name is no option and not hidden:", name);
    expect(attachments::clean_name(name) == name, "a clean name stays as it is:", name);
    (void)attachments::extension_of(name);
    if (attachments::is_template(text)) {
        const auto folders = attachments::folders_by(text, {"acme", "..", "c/../..", "image", "2030-01"});
        expect(!folders.starts_with('/') && ("/" + folders + "/").find("/../") == std::string::npos,
               "folders are beneath:", folders);
    }
}

void people(std::string_view text) {
    if (const auto name = parse_username(text)) {
        const auto again = parse_username(*name);
        expect(again && *again == *name, "usernames have one form:", *name);
    }
    const text_limits limits{.max_graphemes = 100, .max_bytes = 400, .field = "name"};
    if (const auto name = normalize_name(text, limits)) {
        const auto again = normalize_name(*name, limits);
        expect(again && *again == *name, "names have one form:", *name);
    }
    const auto line = escape_controls(text);
    expect(is_utf8(line) &&
               check_line(line, {.max_graphemes = 1 << 20, .max_bytes = 1 << 20, .field = "line"}).has_value(),
           "a line of a log is one line");
    expect(escape_and_cut(text, 50).size() <= 50, "a cut line is short");
}

void headers(std::string_view text) {
    transport::http_request asked;
    asked.headers = {{"Cookie", std::string(text)}, {"Host", std::string(text.substr(0, 40))}};
    const auto token = transport::cookie_token(asked);
    expect(token.size() <= text.size(), "a cookie is a part of its header");
    for (const auto member : transport::list_members(text)) expect(!member.empty(), "members are something");
    transport::proxy_rules rules;
    rules.trusted.push_back(transport::ip_network::parse("10.0.0.0/8").value());
    const std::vector<transport::http_header> told{{"X-Forwarded-For", std::string(text)},
                                                   {"Forwarded", std::string(text)}};
    for (const auto form : {transport::forwarded_form::x_forwarded, transport::forwarded_form::rfc7239}) {
        rules.form = form;
        const auto from = transport::origin_of(transport::ip_address::parse("10.1.2.3").value(), told, rules);
        expect(transport::ip_address::parse(from.address.text()) == from.address, "an address is one");
    }
}

}  // namespace

/// The first byte says what it is.
void texts(std::string_view input) {
    food from(input);
    const auto what = from.byte() % 4;
    const auto text = from.rest();
    if (what == 0) file_name(text);
    if (what == 1) people(text);
    if (what == 2) headers(text);
    if (what == 3) {
        (void)attachments::read_metadata(text);
        (void)attachments::is_piece(text);
        if (const auto bytes = attachments::decode_base64(text)) expect(bytes->size() <= text.size(), "base64 shrinks");
    }
}

}  // namespace parley::fuzz
