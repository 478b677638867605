"""Boilerplate of English captions: clues, one of which must stand in the text, and the phrase as a pattern."""

from __future__ import annotations

from collections.abc import Sequence

_DASHES = r"[-\u2013\u2014|•·]"
_KIND = (
    r"(?:photo(?:graph|graphy|graphie)?|foto(?:grafie)?|image|picture|vector|vektor(?:grafika?)?|illustration|"
    r"footage|video|clip ?art|art)s?"
)
_TITLED = r"(?:Photo(?:s|graph|graphs|graphy)?|Images?|Pictures?|Vectors?|Illustrations?|Footage|Videos?|Clip ?Art)"
_CODE = (
    r"(?:\s*[-,:]?\s*(?:#\s*\d+|\d{6,}|(?:premium |rf )?royalty[- ]free|image id:? ?\d+|artist: [^,]{1,60}|"
    r"code: [\d-]+))*"
)
_SITES = (
    r"shutterstock|getty ?images|i ?stock(?: ?photo)?|alamy|dreamstime|adobe ?stock|deposit ?photos|123 ?rf|bigstock|"
    r"freepik|vecteezy|pinterest|flickr|etsy|ebay|amazon|walmart|wikipedia|wikimedia commons|youtube|unsplash|pixabay|"
    r"pexels|redbubble|zazzle"
)
_CREDITED = r"photos?|images?|pictures?|pics?|photographs?|illustrations?|source"
_EXTENSION = r"(?:jpe?g|png|gif|webp|bmp|tiff?|heic)"

PHRASES: Sequence[tuple[str, str]] = (
    # What Facebook writes for those who cannot see the picture.
    ("may contain", r"^(?:image|photo|picture) may contain:?\s+"),
    ("may be a", r"^may be an? (?:image|illustration|cartoon|graphic|close-?up|black-and-white image) of\s+"),
    (" available", r"^no (?:photo|image|automatic alt text) (?:description )?available\.?$"),
    # Stock photos. With capitals no dash is needed: "Butterfly Stock Images", but "a shelf of stock images".
    (
        "stock,royalty",
        (
            rf"^(?:(?:premium |royalty[- ]free )?stock|royalty[- ]free(?: stock)?) {_KIND}"
            r"(?:\s*[:\u2013\u2014-]|\sof\b)\s*"
        ),
    ),
    (
        "stock,royalty",
        (
            rf"\s*(?:{_DASHES}|[:.](?!\d))\s*(?:(?:premium |free )?royalty[- ]free )?"
            rf"(?:stock ?{_KIND}|royalty[- ]free(?: (?:stock )?{_KIND})?){_CODE}\.?$"
        ),
    ),
    (
        "stock,royalty",
        (
            rf"\s+(?-i:(?:Editorial |Premium |Free )?(?:Royalty[- ]Free )?Stock {_TITLED}"
            rf"|Royalty[- ]Free (?:{_TITLED}|Stock)){_CODE}\.?$"
        ),
    ),
    # Sites, credits, rights.
    ("- ,| ,• ,· ,\u2013 ,\u2014 ", rf"\s*{_DASHES}\s+(?:{_SITES})(?:\.com)?$"),
    (
        "(,[",
        rf"\s*[(\[](?:{_CREDITED})(?: credits?)?\s*(?:by\b|:|courtesy\b|via\b|/|©)[^()\[\]]{{1,120}}[)\]]",
    ),
    ("photo by", r"\s*[-\u2013\u2014|.,]?\s*photo by [^.|]{1,60} on (?:unsplash|pexels|flickr|pixabay)\.?$"),
    (
        "©,(c)",
        r"\s*[-\u2013\u2014|.,]?\s*(?:copyright\s*)?(?:©|\(c\))\s*(?:copyright\s*)?(?:19|20)\d\d\b[^.©]{0,60}\.?$",
    ),
    ("rights reserved", r"\s*[-\u2013\u2014|.,]?\s*all rights reserved\.?$"),
    # Invitations.
    (
        "click",
        (
            r"(?:^|(?<=[.!?…])\s*|\s*[(\[]|\s+[-\u2013\u2014|]\s*)click (?:here |(?:on )?(?:the |this |any )?"
            r"(?:image|photo|picture|thumbnail)s? )?(?:to|for) (?:a |an )?"
            r"(?:enlarged?|zoom|view|see|larger|full|high|more)\b[^.()\[\]]{0,40}[.)\]]*$"
        ),
    ),
    (
        "read more,continue reading,view full size,see more,learn more",
        r"\s*(?:\.{3}|[…»>|\u2013\u2014])\s*(?:read more|continue reading|view full size|see more|learn more)\W*$",
    ),
    (
        "read more,continue reading,see more,learn more",
        r"\s*[.,]?\s*(?:read more|continue reading|see more|learn more)\s*(?:\.{3}|[…»>→]+)$",
    ),
    # File names.
    (
        "img,dsc,pict,mvi,gopr,dji,pxl,screen,image,photo",
        r"^(?:img|dsc[nf]?|pict|mvi|gopr|dji|pxl|screen ?shot|image|photo)[-_ ]?\d[\w.-]*$",
    ),
    (".jp,.png,.gif,.webp,.bmp,.tif,.heic", rf"^[^\s/]+\.{_EXTENSION}$"),
    (".jp,.png,.gif,.webp,.bmp,.tif,.heic", rf"(?<=\w)\.{_EXTENSION}$"),
)
