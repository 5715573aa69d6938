// What a camera wrote is read and goes; pixels, colours and the orientation stay, byte by byte.
#include <random>

#include "files_test.hpp"

namespace gallery {
namespace {

using namespace testing;
using std::string_view_literals::operator""sv;

/// The camera of exif().
void expect_camera(const camera_facts& is) {
    EXPECT_EQ(is.make, "Kamera");
    EXPECT_EQ(is.model, "Here One");
    EXPECT_EQ(is.taken_at, "2025-06-07T08:09:10");
    ASSERT_TRUE(is.exposure_seconds);
    EXPECT_DOUBLE_EQ(*is.exposure_seconds, 0.008);
    ASSERT_TRUE(is.place);
    EXPECT_NEAR(is.place->latitude, 48.1375, 1e-6);
    EXPECT_NEAR(is.place->longitude, -11.575, 1e-6);
}

/// Cleaning again changes nothing.
std::string expect_clean(const std::string& text) {
    const auto made = cleaned_text(text);
    EXPECT_EQ(made.find("Here"), std::string::npos);
    EXPECT_EQ(made.find("Kamera"), std::string::npos);
    const auto again = clean(part(made));
    EXPECT_TRUE(again.edits.empty());
    EXPECT_FALSE(again.facts.place);
    EXPECT_TRUE(again.facts.make.empty());
    return made;
}

TEST(cleaning, jpeg) {
    const auto jfif = jpeg_segment(0xe0, std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14));
    const auto colours = jpeg_segment(0xe2, std::string("ICC_PROFILE\0\1\1 and so on", 24));
    const auto adobe = jpeg_segment(0xee, "Adobe and a way");
    const auto tables = jpeg_segment(0xdb, "a table");
    const std::string scan = jpeg_segment(0xda, "a head") + "data\xff" + std::string(1, '\0') + "more\xff\xd3yet more";
    const std::string end = "\xff\xd9";
    const auto whole = "\xff\xd8" + jfif + jpeg_segment(0xe1, std::string("Exif\0\0", 6) + exif()) +
                       jpeg_segment(0xe1, "http://ns.adobe.com/xap/1.0/ Here") + colours +
                       jpeg_segment(0xed, "Photoshop Here") + jpeg_segment(0xfe, "Here, a comment") + adobe + tables +
                       scan + scan + end + "\xff\xd8 Here is another one";
    expect_camera(clean(part(whole)).facts);
    const auto turn = jpeg_segment(0xe1, std::string("Exif\0\0", 6) + exif_of_orientation(6));
    EXPECT_EQ(expect_clean(whole), "\xff\xd8" + jfif + turn + colours + adobe + tables + scan + scan + end);
}

TEST(cleaning, a_jpeg_without_a_turn_has_nothing_left) {
    const auto whole = "\xff\xd8" + jpeg_segment(0xe1, std::string("Exif\0\0", 6) + exif(1)) + jpeg_segment(0xda, "x") +
                       "data\xff\xd9";
    EXPECT_EQ(expect_clean(whole), "\xff\xd8" + jpeg_segment(0xda, "x") + "data\xff\xd9");
}

std::string png_chunk(const std::string& type, const std::string& text) {
    return big_text(text.size(), 4) + type + text + "sum!";
}

TEST(cleaning, png) {
    const std::string begin("\x89PNG\r\n\x1a\n", 8);
    const auto head = png_chunk("IHDR", "1234567890123");
    const auto pixels = png_chunk("iCCP", "colours") + png_chunk("IDAT", "data") + png_chunk("fdAT", "frame");
    const auto whole = begin + head + png_chunk("eXIf", exif()) + png_chunk("tEXt", "Where\0Here") + pixels +
                       png_chunk("iTXt", "Here") + png_chunk("caBX", "Here") + png_chunk("IEND", "") + "Here";
    expect_camera(clean(part(whole)).facts);
    const auto made = expect_clean(whole);
    EXPECT_TRUE(made.starts_with(begin + head + big_text(26, 4) + "eXIf" + exif_of_orientation(6)));
    EXPECT_TRUE(made.ends_with(pixels + png_chunk("IEND", "")));
}

TEST(cleaning, webp) {
    const auto chunk = [](const std::string& type, const std::string& text) {
        return type + little_text(text.size(), 4) + text + std::string(text.size() % 2, '\0');
    };
    const auto riff = [](const std::string& inside) {
        return "RIFF" + little_text(inside.size() + 4, 4) + "WEBP" + inside;
    };
    const auto flags = [](char of) { return std::string(1, of) + "123456789"; };
    const auto pixels = chunk("ICCP", "colours") + chunk("VP8 ", "pixels!");
    const auto whole =
        riff(chunk("VP8X", flags(0x2c)) + pixels + chunk("EXIF", exif(1)) + chunk("XMP ", "Here")) + "Here";
    expect_camera(clean(part(whole)).facts);
    EXPECT_EQ(expect_clean(whole), riff(chunk("VP8X", flags(0x20)) + pixels));
    const auto turned = riff(chunk("VP8X", flags(0x08)) + pixels + chunk("EXIF", exif(8)));
    EXPECT_EQ(expect_clean(turned), riff(chunk("VP8X", flags(0x08)) + pixels + chunk("EXIF", exif_of_orientation(8))));
}

TEST(cleaning, gif) {
    const std::string head("GIF89a\1\0\1\0\x80\0\0abcdef", 19);
    const std::string frame("\x2c\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0", 15);
    const auto loop = "\x21\xff\x0bNETSCAPE2.0" + std::string("\3\1\0\0\0", 5);
    const auto xmp = "\x21\xff\x0bXMP DataXMP" + std::string("\4Here\0", 6);
    const auto words = "\x21\xfe" + std::string("\4Here\0", 6);
    EXPECT_EQ(expect_clean(head + loop + xmp + frame + words + frame + "\x3b" + "Here"),
              head + loop + frame + frame + "\x3b");
}

TEST(cleaning, tiff) {
    const auto whole = exif(3);
    expect_camera(clean(part(whole)).facts);
    const auto made = expect_clean(whole);
    EXPECT_EQ(made.size(), whole.size());
    EXPECT_EQ(parse_exif(part(made)).orientation, 3);
}

std::string box(const std::string& type, const std::string& inside) {
    return big_text(inside.size() + 8, 4) + type + inside;
}

TEST(cleaning, videos_keep_their_places) {
    const auto track = box("trak", box("tkhd", "track") + box("udta", "Here") + box("mdia", "media"));
    const auto whole = box("ftyp", "isom0000") +
                       box("moov", box("mvhd", "head") + track + box("meta", "keys Here") +
                                       box("udta", box("\xa9xyz", "+48.1+011.5/Here"))) +
                       box("uuid", "xmp Here") + box("mdat", "pixels");
    const auto made = expect_clean(whole);
    EXPECT_EQ(made.size(), whole.size());
    for (const auto* kept : {"tkhdtrack", "mdiamedia", "mdatpixels", "mvhdhead"})
        EXPECT_NE(made.find(kept), std::string::npos) << kept;
    EXPECT_EQ(made.find("udta"), std::string::npos);
}

TEST(cleaning, heic) {
    const auto info = [](std::uint64_t item, const std::string& type) {
        return box("infe", std::string("\2\0\0\0", 4) + big_text(item, 2) + big_text(0, 2) + type + '\0');
    };
    const auto make = [&](std::uint64_t pixels_at) {
        const auto says = big_text(6, 4) + std::string("Exif\0\0", 6) + exif();
        const auto place = [](std::uint64_t item, std::uint64_t at, std::uint64_t bytes) {
            return big_text(item, 2) + big_text(0, 2) + big_text(1, 2) + big_text(at, 4) + big_text(bytes, 4);
        };
        const auto places =
            box("iloc", std::string("\0\0\0\0\x44\0", 6) + big_text(3, 2) + place(1, pixels_at, 6) +
                            place(2, pixels_at + 6, says.size()) + place(3, pixels_at + 6 + says.size(), 4));
        const auto infos =
            box("iinf", big_text(0, 4) + big_text(3, 2) + info(1, "hvc1") + info(2, "Exif") + info(3, "mime"));
        return box("ftyp", "heic0000") + box("meta", big_text(0, 4) + infos + places) +
               box("mdat", "pixels" + says + "Here");
    };
    const auto whole = make(make(0).size() - make(0).find("pixels") > 0 ? make(0).find("pixels") : 0);
    expect_camera(clean(part(whole)).facts);
    const auto made = expect_clean(whole);
    EXPECT_EQ(made.size(), whole.size());
    EXPECT_NE(made.find("mdatpixels"), std::string::npos);
}

TEST(cleaning, anything_else_is_left_alone) {
    for (const std::string& one :
         {std::string(), std::string("%PDF-1.7 Here"), std::string("\xff\xd8"), std::string("text")})
        EXPECT_TRUE(clean(part(one)).edits.empty());
}

TEST(cleaning, lies_are_survived) {
    const std::vector<std::string> good{
        "\xff\xd8" + jpeg_segment(0xe1, std::string("Exif\0\0", 6) + exif()) + jpeg_segment(0xda, "x") + "data\xff\xd9",
        std::string("\x89PNG\r\n\x1a\n", 8) + png_chunk("IHDR", "1234567890123") + png_chunk("eXIf", exif()) +
            png_chunk("IEND", ""),
        exif(),
        box("ftyp", "heic0000") + box("moov", box("udta", "Here")),
        "RIFF" + little_text(1000, 4) + "WEBPEXIF" + little_text(600, 4) + exif(),
        std::string("GIF89a\1\0\1\0\x80\0\0abcdef", 19) + "\x21\xfe" + std::string("\4Here\0", 6)};
    std::mt19937 dice(7);
    for (const auto& one : good)
        for (int i = 0; i < 3'000; ++i) {
            auto bad = one;
            for (int k = 0; k < 1 + i % 8; ++k)
                bad[dice() % bad.size()] = static_cast<char>(i % 3 == 0 ? 0xff : dice());
            if (i % 5 == 0) bad.resize(dice() % bad.size());
            (void)edited(bad, clean(part(bad)).edits);
        }
}

TEST(cleaning, words_are_words) {
    EXPECT_EQ(clean_words("a\x1b[31mb\xc2\x85 \xed\xa0\x80 Größe \xff\xf4\x90\x80\x80 "), "a[31mb  Größe");
    EXPECT_EQ(moment_of("2025:06:07 08:09:10"), "2025-06-07T08:09:10");
    EXPECT_EQ(moment_of("2025-06-07T08:09:10.000000Z"), "2025-06-07T08:09:10");
    for (const auto* wrong :
         {"", "0000:00:00 00:00:00", "2025:13:07 08:09:10", "not a moment at all", "2025:06:07 28:09:10"})
        EXPECT_EQ(moment_of(wrong), "");
}

TEST(cleaning, a_thousand_comments_are_one_edit) {
    std::string whole = "\xff\xd8";
    for (int i = 0; i < 50'000; ++i) whole += jpeg_segment(0xfe, "x");
    whole += jpeg_segment(0xda, "x") + "data\xff\xd9";
    EXPECT_EQ(clean(part(whole)).edits.size(), 1u);
    std::string mixed = "\xff\xd8";
    for (int i = 0; i < 50'000; ++i) mixed += jpeg_segment(0xfe, "x") + jpeg_segment(0xdb, "y");
    EXPECT_LE(clean(part(mixed)).edits.size(), edit_list::most + 1);
}

}  // namespace
}  // namespace gallery
