"""Numbers in both languages: what one states in digits, the other must say in some form."""

import re

NUMBER = re.compile(r"(\d*\.?\d+)\s*(万|亿|million|billion)?")
LARGE = {"": 1, "万": 10_000, "million": 1_000_000, "亿": 100_000_000, "billion": 1_000_000_000}
LENGTH = re.compile(r"[\d～–-]+(?:字|\s+words)")  # a text of 300 Chinese characters is one of some 200 English words
HALF = {30.0, 50.0}  # minutes or percent
SMALL = 10  # below it numbers are mostly written out

DIGIT = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
UNIT = {"十": 10, "百": 100, "千": 1000}
CHINESE = re.compile(rf"([{''.join(DIGIT)}{''.join(UNIT)}\d]+)([成分折])?")
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ENGLISH = {word: n for n, word in enumerate(TEENS, 10)} | {word: 10 * n for n, word in enumerate(TENS, 2)}
ENGLISH |= {"hundred": 100, "thousand": 1000, "dozen": 12}
ONES = {word: n for n, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], 1)}
COMPOUND = re.compile(rf"\b({'|'.join(TENS)})-({'|'.join(ONES)})\b")


def differing(zh: str, en: str) -> list[float]:
    """The numbers from 10 on that one text states in digits and the other does not say at all."""
    chinese, english = stated(zh), stated(en)
    afternoon = {n + 12 for n in english if n < 12}  # 17:00 is 5 p.m.
    odd = (chinese - english - afternoon - _english(en)) | (english - chinese - _chinese(zh))
    return sorted(n for n in odd if n >= SMALL)


def stated(text: str) -> set[float]:
    """The numbers a text states in digits, however a language groups them; how long an answer may be is left out."""
    found = NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3})", "", LENGTH.sub("", text)))
    return {float(number) * LARGE[unit] for number, unit in found}


def _chinese(text: str) -> set[float]:
    """What Chinese says in words: 二十五; 七成 and 七分 for 70 %; 八折 for 20 % off; 七三 for 70 to 30."""
    found = HALF if "半" in text else set()
    found |= {70.0, 30.0} if "七三" in text else set()
    for word, unit in CHINESE.findall(text):
        number = _value(word)
        found |= {100 - 10 * number} if unit == "折" else {10 * number} if unit else {number}
    return found


def _value(word: str) -> float:
    if word.isascii():
        return float(word)
    total = part = 0
    for sign in word:
        if sign in UNIT:
            total, part = total + (part or 1) * UNIT[sign], 0
        else:
            part = DIGIT.get(sign, 0)
    return float(total + part)


def _english(text: str) -> set[float]:
    """What English says in words: twelve, thirty-five, a hundred, a dozen, half past."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    pairs = {float(ENGLISH[tens] + ONES[ones]) for tens, ones in COMPOUND.findall(text.lower())}
    return pairs | {float(n) for word, n in ENGLISH.items() if word in words} | (HALF if "half" in words else set())
