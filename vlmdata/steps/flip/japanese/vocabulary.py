"""Japanese words with 左 and 右: those that name a side, those that do not, and those that may do either."""

from __future__ import annotations

import re


def any_of(words: str) -> str:
    """A regular expression for any of these words; longer ones first, so that none hides another."""
    longest_first = sorted(set(words.split()), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(map(re.escape, longest_first)) + ")"


SAME = any_of("""
    左右 左右対称 左右非対称 右往左往 右顧左眄 左顧右眄
    左官 左遷 左様 証左 座右 座右の銘 左大臣 右大臣 左団扇 左うちわ 左義長 右筆
    左傾 右傾 極左 極右 最右翼 中道右派 中道左派 左派 右派 左党 右党
    左京 右京 左近 右近 左門 右門 左内 左千夫 左右田 左右吉 左馬 右馬 左沢 左の沢 右の沢 左ノ沢 右ノ沢
    土左衛門 左とん
    右に出る者 右に出るもの 右も左もわから 右も左も分から 右も左も判ら
""")
"""Words in which 左 and 右 are no side of the picture, or both sides alike. They stay as they are."""

NAME_ENDING = "[左右](?:衛門|エ門|ヱ門|ェ門)"
"""五右衛門, 吉左ヱ門 and the like."""

UNSURE = any_of("""
    左利き 右利き 左きき 右きき 左ぎっちょ 左投 右投 左打 右打 左飛 右飛 左中間 右中間
    左翼 右翼 左巻き 右巻き 左脳 右脳 左心 右心 左肺 右肺 左室 右室 左房 右房 左腎 右腎
    左記 右記 右に同じ 左に同じ 右の通り 左の通り 右のとおり 左のとおり 左証 左衽 右衽 左褄
    右肩上がり 右肩下がり 右へ倣 右に倣 右へならえ 右にならえ
    右から左へ流す 右から左へ聞き流 右から左に聞き流 右から左へ受け流 右から左に受け流
    右クリック 左クリック 右寄せ 左寄せ 右揃え 左揃え 左右反転 左右逆 左右が逆
    右側通行 左側通行 右ハンドル 左ハンドル
""")
"""Words that name a side in one text and something else in another, or that a mirror makes untrue of the world."""

SUFFIX = any_of("""
    側 側面 側方 側部分 端 端側 隅 角 外側 内側 中央 がわ はし すみ
    上 下 上部 下部 上隅 下隅 上角 下角 上端 下端 上方 下方 上側 下側 うえ した
    奥 奥側 手前 手前側 前 前方 前列 後 後ろ 後方 後列 おく まえ うしろ
    斜め 斜め上 斜め下 斜め前 斜め後ろ 斜め奥 斜め手前
    隣 隣り 横 脇 となり どなり よこ わき 半分 半身 半面 列 辺 岸 舷
    寄り 向き 回り 回転 方向 折 折れ むき まわり
    車線 レーン ページ 頁 サイド カーブ ドア 扉 窓 壁 柱 席 座席
    車輪 前輪 後輪 タイヤ ヘッドライト ウインカー ウィンカー ミラー ポケット 袖 靴 靴下 スピーカー
    手 手首 手のひら 手の甲 手親指 手人差し指 手中指 手薬指 手小指 親指 人差し指 中指 薬指 小指 て
    足 足首 足元 足の裏 脚 腿 太もも 膝 ひざ ヒザ あし 前脚 後脚 前足 後足 後ろ足 後ろ脚 前肢 後肢
    腕 肩 肘 ひじ ヒジ 目 眼 眉 耳 鼻 頬 ほほ ほお 胸 腰 脇腹 羽
""")
"""What may follow 左 and 右 as a side of something, or of a body."""

MORE = any_of("付近 部分 部 側 端 隅 奥 寄り 手前 方向 方面 方 向き 半分 全体 一帯 沿い 車線 角 縁 枠 際")
"""Kanji that may follow such a word: 左上付近, 右端部分."""

AFTER_BARE = (
    "(?:の|に|へ|を|は|が|と|で|も|か|や|から|まで|より|なら|だ|です"
    r"|[・、。,，.．！!？?)）:：/／→\s\ufffc]|$)"
)
"""What follows a bare 左 or 右 that is a side."""

_AHEAD = "画面 画像 映像 写真 図 絵 正面 中央 列 段 最 番 真 前 奥 斜 方 上 下 人物 建物"
BEFORE_BARE = "(?:" + "|".join(f"(?<={word})" for word in _AHEAD.split()) + ")"
"""Kanji that may stand before one, looked back at: 画面左, 前列右, 最右."""
