import importlib.util, sys
from pathlib import Path
import pytest
spec = importlib.util.spec_from_file_location("w2b", Path(__file__).with_name("test_orglife_pages_browser.py"))
mod = importlib.util.module_from_spec(spec); sys.modules["w2b"]=mod; spec.loader.exec_module(mod)
place = mod.place

async def test_shots(place):
    sent = await place.secretary.get("/life/workbench?month=2026-10")
    meeting = sent.text.split("/life/meetings/")[1].split('"')[0]
    out = Path("/tmp/z/w2shots"); out.mkdir(exist_ok=True)
    S,R = place.secretary, place.reader
    jobs = [(S,"/life/workbench","workbench"),(S,"/life/plan?org=001&kind=theme_day","plan"),(S,"/life/plan?month=2026-11&org=001","planmonth"),(S,"/life/record?org=001&kind=theme_day","record"),(S,f"/life/meetings/{meeting}","meeting"),(S,f"/life/meetings/{meeting}/withdraw","withdraw"),(R,"/life/calendar","calendar"),(R,f"/life/meetings/{meeting}","mine"),(R,"/","home"),(S,"/learning/branch","learnbranch"),(S,"/learning/branch/add","learnadd"),(R,"/learning/records","learnown")]
    for who,path,name in jobs:
        for width,lang,size,theme in ((360,"zh","standard","light"),(1440,"zh","standard","light"),(360,"en","standard","dark"),(360,"zh","large","light")):
            if name in("withdraw","plan","learnadd") and (lang=="en" or size=="large"): continue
            h = await place.open(who,path,width=width,lang=lang,size=size,theme=theme)
            if name=="record" and lang=="zh" and size=="standard":
                await mod.call_the_roll(h)
            await h.page.screenshot(path=str(out/f"{name}.{width}.{lang}.{size}.png"),full_page=True)
            f = await mod.findings(h)
            if f: print(name,width,lang,size,f)
            await h.page.context.close()
