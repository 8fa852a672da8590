"""The site: the day's papers to browse, with feeds and an API. It takes votes of signed-in people and posts nothing."""

from adapters.site.settings import Settings, read_settings
from bot.chat.adapter import Adapter, AdapterFactory

ADAPTER = "adapters.site.adapter:SiteAdapter"  # imported only where the settings turn it on

make: AdapterFactory[Adapter] = AdapterFactory.for_settings(Settings, read_settings, ADAPTER)
