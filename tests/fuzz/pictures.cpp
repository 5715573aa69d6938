// The gallery's own readers: what they want taken out of a file is in it, and what they found is not in it afterwards.
#include "cleaning.hpp"
#include "fuzz/fuzz.hpp"

namespace parley::fuzz {
namespace {

std::string edited(std::string_view text, const std::vector<attachments::file_edit>& edits) {
    std::string made;
    std::size_t at = 0;
    for (const auto& one : edits) {
        expect(one.at >= 0 && one.drop >= 0 && one.zeros >= 0, "edits are somewhere");
        const auto begin = static_cast<std::size_t>(one.at), end = begin + static_cast<std::size_t>(one.drop);
        expect(begin >= at && end <= text.size(), "edits follow each other, in the file");
        made += text.substr(at, begin - at);
        expect(one.put.size() % 2 == 0, "bytes have two digits");
        for (std::size_t i = 0; i < one.put.size(); i += 2)
            made += static_cast<char>(std::stoi(one.put.substr(i, 2), nullptr, 16));
        made += std::string(static_cast<std::size_t>(one.zeros), '\0');
        at = end;
    }
    return made.append(text.substr(at));
}

}  // namespace

void pictures(std::string_view input) {
    const auto first = gallery::clean(gallery::part(std::string(input)));
    const auto made = edited(input, first.edits);
    expect(made.size() <= input.size() + 100, "what is taken out makes nothing longer");
    const auto again = gallery::read_facts(gallery::part(made));
    expect(!again.place, "nobody learns where it was taken");
    if (const auto& place = first.facts.place)
        expect(place->latitude >= -90 && place->latitude <= 90 && place->longitude >= -180 && place->longitude <= 180,
               "a place is on earth");
}

}  // namespace parley::fuzz
