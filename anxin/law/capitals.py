"""Sums of money in Chinese capitals 大写金额, as 《正确填写票据和结算凭证的基本规定》 writes them."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def capitals(fen: int) -> str:
    """Fen in capitals: 644050 → 陆仟肆佰肆拾元伍角整; 1200005 → 壹万贰仟元零伍分. Raises ValueError below nought or
    from 10¹⁶ yuan on."""
    if not 0 <= fen < 10**18:
        raise ValueError("A sum in capitals lies between nought and ten thousand billion yuan.")
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    if not fen:
        return "零元整"
    said = _whole(yuan) + "元" if yuan else ""
    if jiao:
        # 107000.53: a nought before 元 may be written as 零 or left out; it is left out.
        said += _DIGITS[jiao] + "角"
    elif cent and yuan:
        said += "零"
    return said + (_DIGITS[cent] + "分" if cent else "整")


def _whole(number: int) -> str:
    said, group, gap = "", 0, False
    while number:
        number, four = divmod(number, 10_000)
        if four:
            said = _four(four) + _GROUPS[group] + ("零" if gap and said else "") + said
            gap = four < 1000
        elif said:
            gap = True
        group += 1
    return said


def _four(number: int) -> str:
    said, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return said
